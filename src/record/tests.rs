//! Records: what goes in comes out, in both forms; the bytes of version 1 never move; what is no
//! record is refused in words.

mod golden;
mod wire;

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
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
        let mut versioned = bytes;
        versioned.insert(0, VERSION);
        let _ = decode(&versioned);
        let _ = decode_event(&versioned);
    }

    #[test]
    fn keys_are_as_distinct_on_disk_as_in_memory(one in samples::entity(), other in samples::entity()) {
        let [ours, theirs] = [&one, &other].map(|entity| encode_key(entity.key()));
        prop_assert_eq!(ours == theirs, one.key() == other.key());
        prop_assert_eq!(ours.len(), 17);
    }
}

#[test]
fn what_is_no_record_of_ours_is_refused_with_both_versions_or_the_reason() {
    let whole = golden::records().swap_remove(0).bytes;
    let table: [(&[u8], &str); 5] = [
        (&[], "an empty record, where one of version 2 was expected"),
        (
            &[9, 1, 2],
            "a record of version 9, and this watchbell reads 2 at most; upgrade watchbell, or restore the data from a backup",
        ),
        (
            &[VERSION, 100],
            "a record with something in it that this watchbell does not know, as a newer one may have written it, or that it does not take, as the pattern of a silence or a time zone; upgrade watchbell, start the one that ran before, or restore the data from a backup",
        ),
        (
            &whole[..whole.len() - 1],
            "a damaged record (Hit the end of buffer, expected more data); restore the data from a backup",
        ),
        (
            &[&whole[..], &[0, 0]].concat(),
            "a damaged record (2 bytes too many); restore the data from a backup",
        ),
    ];
    for (bytes, words) in table {
        assert_eq!(decode(bytes).unwrap_err().to_string(), words);
    }
}
