//! Matchers: what patterns match.

mod patterns;
