//! The built-in transforms, each a page (`<id>.md`) and a judgement (`<id>.rs`).

mod consumers;
mod dict_keys_membership;
mod filling;
mod filter_lambda;
mod format_call;
mod hoisting;
mod imported_member;
mod lambdas;
mod list_building_iter;
mod list_concat_loop;
mod list_in_consumer;
mod list_literal_membership;
mod lookups;
mod loop_any_all;
mod loop_append;
mod loop_attribute_lookup;
mod loop_counter;
mod loop_global_lookup;
mod loop_invariant_call;
mod loop_min_max;
mod loop_regex_compile;
mod loop_sum;
mod manual_enumerate;
mod map_lambda;
mod nested_loop;
mod percent_format;
mod range_len;
mod redundant_list;
mod singleton_new;
mod sorted_first;
mod static_join;
mod string_augment;
mod string_augment_loop;
mod string_concat;

use crate::engine::{Registry, Transform};

/// Every built-in transform, in the order in which they are listed.
pub const BUILT_IN: Registry = Registry::new(TRANSFORMS);

const TRANSFORMS: &[&dyn Transform] = &[
    &loop_append::LoopAppend,
    &loop_counter::LoopCounter,
    &loop_sum::LoopSum,
    &loop_any_all::LoopAnyAll,
    &loop_min_max::LoopMinMax,
    &loop_regex_compile::LoopRegexCompile,
    &loop_attribute_lookup::LoopAttributeLookup,
    &loop_global_lookup::LoopGlobalLookup,
    &loop_invariant_call::LoopInvariantCall,
    &nested_loop::NestedLoop,
    &list_concat_loop::ListConcatLoop,
    &string_augment::StringAugment,
    &string_augment_loop::StringAugmentLoop,
    &string_concat::StringConcat,
    &percent_format::PercentFormat,
    &format_call::FormatCall,
    &static_join::StaticJoin,
    &list_building_iter::ListBuildingIter,
    &list_in_consumer::ListInConsumer,
    &redundant_list::RedundantList,
    &dict_keys_membership::DictKeysMembership,
    &list_literal_membership::ListLiteralMembership,
    &range_len::RangeLen,
    &manual_enumerate::ManualEnumerate,
    &sorted_first::SortedFirst,
    &filter_lambda::FilterLambda,
    &map_lambda::MapLambda,
    &singleton_new::SingletonNew,
];

#[cfg(test)]
mod tests {
    use super::BUILT_IN;

    #[test]
    fn every_needle_is_a_regular_expression() {
        for needle in BUILT_IN.transforms().flat_map(|transform| transform.meta().needles) {
            assert!(regex::bytes::Regex::new(needle).is_ok(), "{needle}");
        }
    }
}
