//! Reading source maps: from a place in the generated code back to the author's code.

/// One mapping; all numbers count from 0.
#[derive(Debug, Clone, Copy)]
struct Mapping {
    generated: (u32, u32),
    original: (u32, u32),
}

/// A parsed source map of one module.
#[derive(Debug, Clone)]
pub struct Map {
    /// Sorted by the generated place.
    mappings: Vec<Mapping>,
}

impl Map {
    /// Parses a version 3 source map; `None` if it is not one.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(json).ok()?;
        let mut mappings = decode(value.get("mappings")?.as_str()?)?;
        mappings.sort_by_key(|mapping| mapping.generated);
        Some(Self { mappings })
    }

    /// The original line and column of a generated line and column, all from 1. Code that has
    /// no place of its own is given the place of the code before it.
    #[must_use]
    pub fn lookup(&self, line: u32, column: u32) -> Option<(u32, u32)> {
        let wanted = (line.checked_sub(1)?, column.saturating_sub(1));
        let after = self.mappings.partition_point(|mapping| mapping.generated <= wanted);
        let (line, column) = self.mappings.get(after.checked_sub(1)?)?.original;
        Some((line + 1, column + 1))
    }
}

/// Decodes the `mappings` field: lines split by `;`, segments by `,`, numbers as deltas.
fn decode(text: &str) -> Option<Vec<Mapping>> {
    let mut mappings = Vec::new();
    let (mut source_line, mut source_column) = (0_i64, 0_i64);
    for (line, segments) in text.split(';').enumerate() {
        let mut column = 0_i64;
        for segment in segments.split(',').filter(|segment| !segment.is_empty()) {
            let numbers = decode_segment(segment)?;
            column += numbers.first()?;
            // A segment of one number says: from here on the code has no original.
            if let [_, _, line_delta, column_delta, ..] = numbers[..] {
                source_line += line_delta;
                source_column += column_delta;
                mappings.push(Mapping {
                    generated: (u32::try_from(line).ok()?, u32::try_from(column).ok()?),
                    original: (u32::try_from(source_line).ok()?, u32::try_from(source_column).ok()?),
                });
            }
        }
    }
    Some(mappings)
}

/// Base64 VLQ: five bits a digit, lowest first, the lowest bit of the number is its sign.
fn decode_segment(segment: &str) -> Option<Vec<i64>> {
    let mut numbers = Vec::with_capacity(5);
    let (mut value, mut shift) = (0_i64, 0_u32);
    for byte in segment.bytes() {
        let digit = i64::from(match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        });
        if shift > 40 {
            return None;
        }
        value |= (digit & 31) << shift;
        shift += 5;
        if digit & 32 == 0 {
            let magnitude = value >> 1;
            numbers.push(if value & 1 == 1 { -magnitude } else { magnitude });
            (value, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("A", &[0])]
    #[case("C", &[1])]
    #[case("D", &[-1])]
    #[case("gB", &[16])]
    #[case("AAgBC", &[0, 0, 16, 1])]
    fn decodes_base64_vlq(#[case] text: &str, #[case] numbers: &[i64]) {
        assert_eq!(decode_segment(text).unwrap(), numbers);
    }

    #[rstest]
    #[case("not json")]
    #[case("{}")]
    #[case(r#"{"version":3,"mappings":"!"}"#)]
    #[case(r#"{"version":3,"mappings":"AADA"}"#)]
    #[case(r#"{"version":3,"mappings":"gggggggggggggggg"}"#)]
    fn refuses_what_is_not_a_map(#[case] json: &str) {
        assert!(Map::parse(json).is_none());
    }

    #[test]
    fn finds_the_nearest_mapping_before() {
        let map = Map::parse(r#"{"version":3,"mappings":"AAAA,IACI;AACA"}"#).unwrap();
        assert_eq!(map.lookup(1, 1), Some((1, 1)));
        assert_eq!(map.lookup(1, 4), Some((1, 1)));
        assert_eq!(map.lookup(1, 5), Some((2, 5)));
        assert_eq!(map.lookup(2, 9), Some((3, 5)));
        assert_eq!(map.lookup(0, 0), None);
    }
}
