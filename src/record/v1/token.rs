//! Twins of tokens: one with the digest, for the disk, and one without, to be shown.

use serde::{Deserialize, Serialize};

use super::leaf::{DigestV1, IdV1, TextV1, TimeV1};
use crate::domain::alert::Namespace;
use crate::domain::id::{AccountId, TokenId};
use crate::domain::token::{Scope, Scopes, Token};

/// A token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Token`, field by field")]
pub struct TokenV1 {
    pub id: IdV1,
    pub name: TextV1,
    pub digest: DigestV1,
    pub scopes: ScopesV1,
    pub account: Option<IdV1>,
    pub namespace: TextV1,
    pub created: TimeV1,
}

impl From<&Token> for TokenV1 {
    fn from(token: &Token) -> Self {
        let Token { id, name, digest, scopes, account, namespace, created } = token;
        Self {
            id: IdV1(id.0),
            name: name.into(),
            digest: DigestV1(*digest),
            scopes: (*scopes).into(),
            account: account.map(|id| IdV1(id.0)),
            namespace: (&namespace.0).into(),
            created: TimeV1(*created),
        }
    }
}

impl From<TokenV1> for Token {
    fn from(token: TokenV1) -> Self {
        Self {
            id: TokenId(token.id.0),
            name: token.name.into(),
            digest: token.digest.0,
            scopes: token.scopes.into(),
            account: token.account.map(|id| AccountId(id.0)),
            namespace: Namespace(token.namespace.into()),
            created: token.created.0,
        }
    }
}

/// A token as it is listed. It has no digest, so that no listing can leak one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of `Token` that may be shown")]
pub struct TokenShownV1 {
    pub id: IdV1,
    pub name: TextV1,
    pub scopes: ScopesV1,
    pub account: Option<IdV1>,
    pub namespace: TextV1,
    pub created: TimeV1,
}

impl From<&Token> for TokenShownV1 {
    fn from(token: &Token) -> Self {
        let TokenV1 { id, name, digest: _, scopes, account, namespace, created } = token.into();
        Self { id, name, scopes, account, namespace, created }
    }
}

/// A set of rights, as a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopesV1(pub Vec<ScopeV1>);

impl From<Scopes> for ScopesV1 {
    fn from(scopes: Scopes) -> Self {
        Self(scopes.iter().map(Into::into).collect())
    }
}

impl From<ScopesV1> for Scopes {
    fn from(scopes: ScopesV1) -> Self {
        scopes.0.into_iter().map(Scope::from).collect()
    }
}

/// One right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Scope`, word for word")]
pub enum ScopeV1 {
    Ingest,
    Read,
    Ack,
    Assign,
    Resolve,
    Silence,
    Admin,
}

impl From<Scope> for ScopeV1 {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Ingest => Self::Ingest,
            Scope::Read => Self::Read,
            Scope::Ack => Self::Ack,
            Scope::Assign => Self::Assign,
            Scope::Resolve => Self::Resolve,
            Scope::Silence => Self::Silence,
            Scope::Admin => Self::Admin,
        }
    }
}

impl From<ScopeV1> for Scope {
    fn from(scope: ScopeV1) -> Self {
        match scope {
            ScopeV1::Ingest => Self::Ingest,
            ScopeV1::Read => Self::Read,
            ScopeV1::Ack => Self::Ack,
            ScopeV1::Assign => Self::Assign,
            ScopeV1::Resolve => Self::Resolve,
            ScopeV1::Silence => Self::Silence,
            ScopeV1::Admin => Self::Admin,
        }
    }
}
