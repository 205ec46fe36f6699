//! Shapes of bodies: schemas, each with all that it refers to.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, ArrayBuilder, ObjectBuilder, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};

/// The schemas that others refer to, by name.
pub(in crate::http) type Parts = BTreeMap<String, RefOr<Schema>>;

/// A schema, and all that it refers to.
pub(in crate::http) struct Shape {
    pub(super) schema: RefOr<Schema>,
    pub(super) parts: Parts,
}

impl Shape {
    /// What the type is written as, or read from.
    pub(in crate::http) fn of<T: ToSchema>() -> Self {
        let mut parts = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut parts);
        let schema = Ref::from_schema_name(T::name()).into();
        Self { schema, parts: parts.into_iter().collect() }
    }

    /// A list of such.
    pub(in crate::http) fn list_of<T: ToSchema>() -> Self {
        Self::of::<T>().listed()
    }

    /// A list of these.
    pub(in crate::http) fn listed(self) -> Self {
        let list = ArrayBuilder::new().items(self.schema).build();
        Self { schema: Schema::Array(list).into(), parts: self.parts }
    }

    /// A text.
    pub(in crate::http) fn text(about: &str) -> Self {
        Self::with(ObjectBuilder::new().schema_type(Type::String).description(Some(about)))
    }

    /// A truth value.
    pub(in crate::http) fn flag(default: bool) -> Self {
        let flag = ObjectBuilder::new().schema_type(Type::Boolean);
        Self::with(flag.default(Some(default.into())))
    }

    /// An object of which nothing more is said.
    pub(in crate::http) fn any(about: &str) -> Self {
        let free = Some(AdditionalProperties::FreeForm(true));
        Self::with(ObjectBuilder::new().description(Some(about)).additional_properties(free))
    }

    /// An object with this under `name`, which has a name itself.
    pub(in crate::http) fn under(self, name: &str, called: &str) -> Self {
        let object = ObjectBuilder::new().property(name, self.schema).required(name).build();
        let mut parts = self.parts;
        parts.insert(called.to_owned(), Schema::Object(object).into());
        Self { schema: Ref::from_schema_name(called).into(), parts }
    }

    /// This or the other.
    pub(in crate::http) fn or(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        let both = AnyOfBuilder::new().item(self.schema).item(other.schema).build();
        Self { schema: Schema::AnyOf(both).into(), parts: self.parts }
    }

    fn with(object: ObjectBuilder) -> Self {
        Schema::Object(object.build()).into()
    }
}

impl From<Schema> for Shape {
    fn from(schema: Schema) -> Self {
        Self { schema: schema.into(), parts: Parts::new() }
    }
}

/// One of these words.
pub(in crate::http) fn words(about: &str, words: &[&str]) -> Schema {
    let object = ObjectBuilder::new().schema_type(Type::String).description(Some(about));
    Schema::Object(object.enum_values(Some(words.iter().copied())).build())
}

/// One of these words, or null.
pub(in crate::http) fn words_or_null(about: &str, words: &[&str]) -> Schema {
    let either = SchemaType::from_iter([Type::String, Type::Null]);
    let object = ObjectBuilder::new().schema_type(either).description(Some(about));
    let words = words.iter().map(|word| serde_json::Value::from(*word));
    let words = words.chain([serde_json::Value::Null]);
    Schema::Object(object.enum_values(Some(words)).build())
}
