//! RSASSA-PSS with a salt of any length (RFC 8017, 8.1.2): signers choose it, and some take the
//! longest that fits.
//!
//! Only public numbers are handled here, so nothing needs to take the same time always.

use crate::{der, keys::Hash};

/// Bits of a key.
const BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Bits of the exponent at most.
const EXPONENT_BITS_MAX: usize = 33;

/// A whole number, the least part first.
type Number = Vec<u32>;

/// Whether `signature` over `message` is by the holder of `key`, an `RSAPublicKey`.
pub(crate) fn holds(hash: Hash, key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let mut parts = der::first(key)?.inner();
    let modulus = strip(parts.take(der::INTEGER)?.body);
    let exponent = strip(parts.take(der::INTEGER)?.body);
    let bits = bits(modulus);
    if !BITS.contains(&bits) || self::bits(exponent) > EXPONENT_BITS_MAX || exponent.is_empty() {
        return None;
    }
    if signature.len() != modulus.len() || modulus.last()? & 1 == 0 {
        return None;
    }
    let n = number(modulus);
    let s = number(signature);
    if !is_less(&s, &n) {
        return Some(false);
    }
    let mut power = one(n.len());
    for byte in exponent {
        for at in (0..8).rev() {
            power = times(&power, &power, &n);
            if byte >> at & 1 == 1 {
                power = times(&power, &s, &n);
            }
        }
    }
    let encoded_bits = bits - 1;
    let length = encoded_bits.div_ceil(8);
    let all = bytes(&power);
    let skip = all.len().checked_sub(length)?;
    if all.get(..skip)?.iter().any(|it| *it != 0) {
        return Some(false);
    }
    Some(is_encoded(hash, message, all.get(skip..)?, length * 8 - encoded_bits).unwrap_or(false))
}

/// EMSA-PSS-VERIFY (RFC 8017, 9.1.2); `idle` bits at the front are nought.
fn is_encoded(hash: Hash, message: &[u8], encoded: &[u8], idle: usize) -> Option<bool> {
    let digest = hash.of(&[message]);
    let (last, encoded) = encoded.split_last()?;
    let split = encoded.len().checked_sub(digest.len())?;
    let (masked, said) = (encoded.get(..split)?, encoded.get(split..)?);
    let keep = u8::try_from(0xff_u32 >> idle).ok()?;
    if *last != 0xbc || masked.first()? & !keep != 0 {
        return Some(false);
    }
    let mut mask = Vec::new();
    for count in 0_u32.. {
        if mask.len() >= masked.len() {
            break;
        }
        mask.extend(hash.of(&[said, &count.to_be_bytes()]));
    }
    let mut block: Vec<u8> = masked.iter().zip(&mask).map(|(a, b)| a ^ b).collect();
    if let Some(it) = block.first_mut() {
        *it &= keep;
    }
    let begin = block.iter().position(|it| *it != 0)?;
    if *block.get(begin)? != 1 {
        return Some(false);
    }
    let salt = block.get(begin + 1..)?;
    Some(hash.of(&[&[0; 8], &digest, salt]) == said)
}

fn strip(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|it| **it == 0).count();
    bytes.get(zeros..).unwrap_or(&[])
}

fn bits(bytes: &[u8]) -> usize {
    let top = bytes.first().map_or(0, |it| it.leading_zeros());
    (bytes.len() * 8).saturating_sub(usize::try_from(top).unwrap_or(0))
}

fn number(bytes: &[u8]) -> Number {
    bytes
        .rchunks(4)
        .map(|chunk| chunk.iter().fold(0, |sum, it| (sum << 8) | u32::from(*it)))
        .collect()
}

fn bytes(number: &[u32]) -> Vec<u8> {
    number.iter().rev().flat_map(|it| it.to_be_bytes()).collect()
}

fn one(length: usize) -> Number {
    let mut one = vec![0; length];
    if let Some(it) = one.first_mut() {
        *it = 1;
    }
    one
}

fn is_less(a: &[u32], b: &[u32]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// `a` taken from by `n`, if `a` (with what was carried out of it) is not less.
fn reduce(a: &mut [u32], carried: bool, n: &[u32]) {
    if !carried && is_less(a, n) {
        return;
    }
    let mut borrowed = false;
    for (place, less) in a.iter_mut().zip(n) {
        let (first, one) = place.overflowing_sub(*less);
        let (second, two) = first.overflowing_sub(u32::from(borrowed));
        *place = second;
        borrowed = one || two;
    }
}

/// `a` × `b` modulo `n`, by doubling and adding; both are below `n`.
fn times(a: &[u32], b: &[u32], n: &[u32]) -> Number {
    let mut product = vec![0_u32; n.len()];
    for word in b.iter().rev() {
        for at in (0..32).rev() {
            let mut carried = 0;
            for place in &mut product {
                let top = *place >> 31;
                *place = (*place << 1) | carried;
                carried = top;
            }
            reduce(&mut product, carried == 1, n);
            if word >> at & 1 == 1 {
                let mut carried = false;
                for (place, more) in product.iter_mut().zip(a) {
                    let (first, one) = place.overflowing_add(*more);
                    let (second, two) = first.overflowing_add(u32::from(carried));
                    *place = second;
                    carried = one || two;
                }
                reduce(&mut product, carried, n);
            }
        }
    }
    product
}
