//! Records: what goes in comes out, in both forms, and what is no record is refused in words.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::*;

proptest! {
    #![proptest_config(Config::with_cases(64))]

    #[test]
    fn an_entity_comes_back_from_the_disk_as_it_went(entity in samples::entity()) {
        prop_assert_eq!(decode(&encode(&entity)), Ok(entity));
    }

    #[test]
    fn an_event_comes_back_from_the_disk_as_it_went(event in samples::event()) {
        prop_assert_eq!(decode_event(&encode_event(&event)), Ok(event));
    }

    #[test]
    fn an_entity_comes_back_from_json_as_it_went(entity in samples::entity()) {
        let json = serde_json::to_string(&EntityV1::from(&entity)).unwrap();
        let read: EntityV1 = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(Entity::from(read), entity);
    }

    #[test]
    fn an_event_comes_back_from_json_as_it_went(event in samples::event()) {
        let json = serde_json::to_string(&EventV1::from(&event)).unwrap();
        let read: EventV1 = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(Event::from(read), event);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
        let mut versioned = bytes;
        versioned.insert(0, VERSION);
        let _ = decode(&versioned);
        let _ = decode_event(&versioned);
    }
}
