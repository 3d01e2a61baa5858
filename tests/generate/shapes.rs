//! What feeds each transform: a table of shapes, keyed by the id of the transform.
//!
//! A shape writes code that its transform may rewrite, with every variation and hazard that its author could think
//! of. A transform without a shape fails a test.

use super::draft::Draft;

#[path = "shapes/dict_keys_membership.rs"]
mod dict_keys_membership;
#[path = "shapes/filled.rs"]
mod filled;
#[path = "shapes/filter_lambda.rs"]
mod filter_lambda;
#[path = "shapes/format_call.rs"]
mod format_call;
#[path = "shapes/list_building_iter.rs"]
mod list_building_iter;
#[path = "shapes/list_concat_loop.rs"]
mod list_concat_loop;
#[path = "shapes/list_in_consumer.rs"]
mod list_in_consumer;
#[path = "shapes/list_literal_membership.rs"]
mod list_literal_membership;
#[path = "shapes/loop_any_all.rs"]
mod loop_any_all;
#[path = "shapes/loop_append.rs"]
mod loop_append;
#[path = "shapes/loop_attribute_lookup.rs"]
mod loop_attribute_lookup;
#[path = "shapes/loop_counter.rs"]
mod loop_counter;
#[path = "shapes/loop_global_lookup.rs"]
mod loop_global_lookup;
#[path = "shapes/loop_invariant_call.rs"]
mod loop_invariant_call;
#[path = "shapes/loop_min_max.rs"]
mod loop_min_max;
#[path = "shapes/loop_regex_compile.rs"]
mod loop_regex_compile;
#[path = "shapes/loop_sum.rs"]
mod loop_sum;
#[path = "shapes/manual_enumerate.rs"]
mod manual_enumerate;
#[path = "shapes/map_lambda.rs"]
mod map_lambda;
#[path = "shapes/nested_loop.rs"]
mod nested_loop;
#[path = "shapes/percent_format.rs"]
mod percent_format;
#[path = "shapes/range_len.rs"]
mod range_len;
#[path = "shapes/redundant_list.rs"]
mod redundant_list;
#[path = "shapes/singleton_new.rs"]
mod singleton_new;
#[path = "shapes/sorted_first.rs"]
mod sorted_first;
#[path = "shapes/static_join.rs"]
mod static_join;
#[path = "shapes/string_augment.rs"]
mod string_augment;
#[path = "shapes/string_augment_loop.rs"]
mod string_augment_loop;
#[path = "shapes/string_concat.rs"]
mod string_concat;

/// Code that feeds one transform.
pub struct Shape {
    /// The id of the transform.
    pub transform: &'static str,
    /// What it alone may meet, besides the hazards of expressions and scenes.
    pub hazards: &'static [&'static str],
    /// Lines that the file begins with.
    pub opening: fn(&mut Draft),
    /// What functions around the shape are called with; the first is longer than nothing, the second empty.
    pub inputs: &'static [&'static str],
    /// Writes it, where `xs` and `k` have values.
    pub write: fn(&mut Draft),
}

/// The shapes of all transforms.
pub const SHAPES: &[Shape] = &[
    loop_append::SHAPE,
    loop_counter::SHAPE,
    loop_sum::SHAPE,
    loop_any_all::SHAPE,
    loop_min_max::SHAPE,
    loop_regex_compile::SHAPE,
    loop_attribute_lookup::SHAPE,
    loop_global_lookup::SHAPE,
    loop_invariant_call::SHAPE,
    nested_loop::SHAPE,
    list_concat_loop::SHAPE,
    string_augment::SHAPE,
    string_augment_loop::SHAPE,
    string_concat::SHAPE,
    percent_format::SHAPE,
    format_call::SHAPE,
    static_join::SHAPE,
    list_building_iter::SHAPE,
    list_in_consumer::SHAPE,
    redundant_list::SHAPE,
    dict_keys_membership::SHAPE,
    list_literal_membership::SHAPE,
    range_len::SHAPE,
    manual_enumerate::SHAPE,
    sorted_first::SHAPE,
    filter_lambda::SHAPE,
    map_lambda::SHAPE,
    singleton_new::SHAPE,
];
