//! Programs: those of the pages and fixtures, changed so that much of them still is Python.

#![no_main]

use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};
use pyfix_fuzz::mutate::{cross, mutate};
use pyfix_fuzz::random::Random;
use pyfix_fuzz::trial::{LONGEST, setup};
use pyfix_fuzz::{MATERIAL, check};

fuzz_target!(|data: &[u8]| {
    let Some((options, bytes)) = data.split_first_chunk::<2>() else { return };
    if bytes.len() <= LONGEST {
        check(&String::from_utf8_lossy(bytes), &setup(*options));
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(u64::from(seed));
    if size >= 2 && random.chance(2) {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut options = [data.first().copied().unwrap_or(3), data.get(1).copied().unwrap_or(0)];
    if size < 2 || random.chance(10) {
        options = [random.below(256) as u8, random.below(256) as u8];
    }
    let text = String::from_utf8_lossy(data.get(2..size).unwrap_or_default()).into_owned();
    write(data, max_size, options, &mutate(&text, &MATERIAL, &mut random))
});

fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| {
    let mut random = Random::new(u64::from(seed));
    let options = [one.first().copied().unwrap_or(3), one.get(1).copied().unwrap_or(0)];
    let text = |data: &[u8]| String::from_utf8_lossy(data.get(2..).unwrap_or_default()).into_owned();
    let size = out.len();
    write(out, size, options, &cross(&text(one), &text(other), &mut random))
});

/// Puts options and text into `data`, as far as there is room, and returns how many bytes they are.
fn write(data: &mut [u8], max_size: usize, options: [u8; 2], text: &str) -> usize {
    let new: Vec<u8> = options.into_iter().chain(text.bytes()).take(max_size.min(data.len())).collect();
    data[..new.len()].copy_from_slice(&new);
    new.len()
}
