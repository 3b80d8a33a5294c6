//! The primitives against the vectors of Project Wycheproof and of the standards.

use super::{Error, Hash, aes, curve25519, digest, ec, kdf, rsa};
use ::rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use rstest::rstest;
use wycheproof::{
    TestResult, aead, cipher, ecdh, ecdsa, eddsa, hkdf as hkdf_vectors, keywrap, mac, rsa_oaep, rsa_pkcs1_verify,
    rsa_pss_verify, xdh,
};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

/// `outcome` is what the vector says must come out.
fn agrees(result: TestResult, outcome: bool) -> bool {
    match result {
        TestResult::Valid => outcome,
        TestResult::Invalid => !outcome,
        TestResult::Acceptable => true,
    }
}

#[rstest]
// FIPS 180-4, appendix examples: "abc".
#[case(Hash::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d")]
#[case(Hash::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
#[case(
    Hash::Sha384,
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
)]
#[case(
    Hash::Sha512,
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
)]
fn digests(#[case] hash: Hash, #[case] expected: &str) {
    assert_eq!(hash.digest(b"abc"), hex(expected));
}

#[test]
fn gcm_with_any_nonce() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let mut count = 0;
    for (group, test) in set.test_groups.iter().flat_map(|group| group.tests.iter().map(move |test| (group, test))) {
        // An empty nonce is refused before it comes here.
        if test.nonce.is_empty() || group.tag_size % 8 != 0 {
            continue;
        }
        count += 1;
        let sealed = [test.ct.as_slice(), test.tag.as_slice()].concat();
        let opened = aes::gcm_decrypt(&test.key, &test.nonce, &test.aad, group.tag_size / 8, sealed.clone());
        assert!(agrees(test.result, opened.as_deref() == Ok(&test.pt[..])), "{} {opened:?}", test.tc_id);
        if !test.result.must_fail() {
            let made = aes::gcm_encrypt(&test.key, &test.nonce, &test.aad, group.tag_size / 8, test.pt.to_vec());
            assert_eq!(made, Ok(sealed), "{}", test.tc_id);
        }
    }
    assert!(count > 200);
}

#[test]
fn cbc_pads_and_checks_its_padding() {
    for group in cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap().test_groups {
        for test in group.tests {
            let opened = aes::cbc_decrypt(&test.key, &test.nonce, &test.ct);
            assert!(agrees(test.result, opened.as_deref() == Ok(&test.pt[..])), "{}", test.tc_id);
            if !test.result.must_fail() {
                assert_eq!(aes::cbc_encrypt(&test.key, &test.nonce, &test.pt).as_deref(), Ok(&test.ct[..]));
            }
        }
    }
}

#[rstest]
// NIST SP 800-38A, F.5.1, F.5.3 and F.5.5: the first block.
#[case("2b7e151628aed2a6abf7158809cf4f3c", "874d6191b620e3261bef6864990db6ce")]
#[case("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "1abc932417521ca24f2b0459fe7e6e0b")]
#[case("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "601ec313775789a5b7a7f504bbf3d228")]
fn ctr(#[case] key: &str, #[case] expected: &str) {
    let (counter, data) = (0xf0f1_f2f3_f4f5_f6f7_f8f9_fafb_fcfd_feff, hex("6bc1bee22e409f96e93d7e117393172a"));
    assert_eq!(aes::ctr_with_key(&hex(key), counter, 128, data), Ok(hex(expected)));
}

#[test]
fn the_counter_of_ctr_wraps_within_its_bits() {
    let key = [7; 16];
    let blocks = |counter: u128, count: usize| aes::ctr_with_key(&key, counter, 128, vec![0; count * 16]).unwrap();
    let base = 0xabcd_0000_0000_0000_0000_0000_0000_0000;
    let expected = [blocks(base | 14, 2), blocks(base, 2)].concat();
    assert_eq!(aes::ctr_with_key(&key, base | 14, 4, vec![0; 64]), Ok(expected));
    let refused = aes::ctr_with_key(&key, base, 4, vec![0; 16 * 17]);
    assert!(matches!(refused, Err(Error::Operation(_))), "{refused:?}");
}

#[test]
fn keys_are_wrapped() {
    for group in keywrap::TestSet::load(keywrap::TestName::AesKeyWrap).unwrap().test_groups {
        for test in group.tests {
            let unwrapped = aes::unwrap(&test.key, &test.ct);
            assert!(agrees(test.result, unwrapped.as_deref() == Ok(&test.pt[..])), "{}", test.tc_id);
            if test.result == TestResult::Valid {
                assert_eq!(aes::wrap(&test.key, &test.pt).as_deref(), Ok(&test.ct[..]));
            }
        }
    }
}

#[rstest]
#[case(Hash::Sha1, mac::TestName::HmacSha1)]
#[case(Hash::Sha256, mac::TestName::HmacSha256)]
#[case(Hash::Sha384, mac::TestName::HmacSha384)]
#[case(Hash::Sha512, mac::TestName::HmacSha512)]
fn hmac(#[case] hash: Hash, #[case] name: mac::TestName) {
    for group in mac::TestSet::load(name).unwrap().test_groups {
        // The standard has no short tags.
        for test in group.tests.iter().filter(|test| test.tag.len() == hash.digest(b"").len()) {
            let is_right = digest::is_hmac(hash, &test.key, &test.tag, &test.msg);
            assert!(agrees(test.result, is_right == Ok(true)), "{}", test.tc_id);
        }
    }
}

#[rstest]
#[case(Hash::Sha1, hkdf_vectors::TestName::HkdfSha1)]
#[case(Hash::Sha256, hkdf_vectors::TestName::HkdfSha256)]
#[case(Hash::Sha384, hkdf_vectors::TestName::HkdfSha384)]
#[case(Hash::Sha512, hkdf_vectors::TestName::HkdfSha512)]
fn hkdf(#[case] hash: Hash, #[case] name: hkdf_vectors::TestName) {
    for group in hkdf_vectors::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let derived = kdf::derive(hash, &test.ikm, &test.salt, &test.info, test.size as u32);
            assert!(agrees(test.result, derived.as_deref() == Ok(&test.okm[..])), "{}", test.tc_id);
        }
    }
}

#[rstest]
// RFC 6070 and RFC 7914, section 11.
#[case(Hash::Sha1, "password", "salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6")]
#[case(Hash::Sha256, "passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")]
#[case(Hash::Sha1, "password", "salt", 4096, "4b007901b765489abead49d926f721d065a429c1")]
fn pbkdf2(#[case] hash: Hash, #[case] password: &str, #[case] salt: &str, #[case] rounds: u32, #[case] expected: &str) {
    let expected = hex(expected);
    let derived = kdf::stretch(hash, password.as_bytes(), salt.as_bytes(), rounds, expected.len() as u32).unwrap();
    assert_eq!(derived, expected);
}

/// RFC 7914, section 12.
#[rstest]
#[case("", "", 4, (1, 1), "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
#[case("password", "NaCl", 10, (8, 16), "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
fn scrypt(
    #[case] password: &str,
    #[case] salt: &str,
    #[case] log_n: u32,
    #[case] rp: (u32, u32),
    #[case] expected: &str,
) {
    let derived = kdf::hardened(password.as_bytes(), salt.as_bytes(), log_n, rp, 64).unwrap();
    assert_eq!(derived, hex(expected));
}

#[rstest]
#[case(ec::Curve::P256, Hash::Sha256, ecdsa::TestName::EcdsaSecp256r1Sha256P1363)]
#[case(ec::Curve::P256, Hash::Sha512, ecdsa::TestName::EcdsaSecp256r1Sha512P1363)]
#[case(ec::Curve::P384, Hash::Sha384, ecdsa::TestName::EcdsaSecp384r1Sha384P1363)]
#[case(ec::Curve::P521, Hash::Sha512, ecdsa::TestName::EcdsaSecp521r1Sha512P1363)]
fn ecdsa_signatures(#[case] curve: ec::Curve, #[case] hash: Hash, #[case] name: ecdsa::TestName) {
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let is_signed = ec::is_signed(curve, hash, &group.key.key, &test.sig, &test.msg);
            assert!(agrees(test.result, is_signed == Ok(true)), "{} {is_signed:?}", test.tc_id);
        }
    }
}

#[rstest]
#[case(ec::Curve::P256, ecdh::TestName::EcdhSecp256r1Ecpoint)]
#[case(ec::Curve::P384, ecdh::TestName::EcdhSecp384r1Ecpoint)]
#[case(ec::Curve::P521, ecdh::TestName::EcdhSecp521r1Ecpoint)]
fn ecdh_agreement(#[case] curve: ec::Curve, #[case] name: ecdh::TestName) {
    for group in ecdh::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let size = curve.size();
            let scalar = test.private_key.iter().skip_while(|byte| **byte == 0).copied().collect::<Vec<u8>>();
            let private = [vec![0; size - scalar.len()], scalar].concat();
            let secret = ec::shared(curve, &private, &test.public_key);
            let is_right = secret.as_deref() == Ok(&test.shared_secret[..]);
            assert!(agrees(test.result, is_right), "{} {secret:?}", test.tc_id);
        }
    }
}

#[test]
fn ed25519() {
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let public = <[u8; 32]>::try_from(&group.key.pk[..]).unwrap();
        for test in group.tests {
            assert!(agrees(test.result, curve25519::is_signed(&public, &test.sig, &test.msg)), "{}", test.tc_id);
        }
    }
}

#[test]
fn x25519() {
    for group in xdh::TestSet::load(xdh::TestName::X25519).unwrap().test_groups {
        for test in group.tests {
            let [private, public] =
                [&test.private_key, &test.public_key].map(|key| <[u8; 32]>::try_from(&key[..]).unwrap());
            let secret = curve25519::agree(private, public);
            // A secret of zeros is "acceptable" there and refused here.
            if test.shared_secret.iter().all(|byte| *byte == 0) {
                assert!(secret.is_err(), "{}", test.tc_id);
            } else {
                assert_eq!(secret.as_deref(), Ok(&test.shared_secret[..]), "{}", test.tc_id);
            }
        }
    }
}

#[test]
fn rsa_pkcs1_signatures() {
    use rsa_pkcs1_verify::{TestName, TestSet};
    for group in TestSet::load(TestName::Rsa2048Sha256).unwrap().test_groups {
        let key = ::rsa::PublicKey::from_public_key_der(&group.der).unwrap();
        for test in group.tests {
            let is_signed = rsa::is_signed(rsa::Padding::Pkcs1, Hash::Sha256, &key, &test.sig, &test.msg);
            assert!(agrees(test.result, is_signed), "{}", test.tc_id);
        }
    }
}

#[test]
fn rsa_pss_signatures() {
    use rsa_pss_verify::{TestName, TestSet};
    for group in TestSet::load(TestName::RsaPss2048Sha256Mgf1SaltLen32).unwrap().test_groups {
        let key = ::rsa::PublicKey::from_public_key_der(&group.der).unwrap();
        for test in group.tests {
            let padding = rsa::Padding::Pss(Some(group.salt_size));
            assert!(
                agrees(test.result, rsa::is_signed(padding, Hash::Sha256, &key, &test.sig, &test.msg)),
                "{}",
                test.tc_id
            );
        }
    }
}

#[test]
fn rsa_oaep_decryption() {
    for group in rsa_oaep::TestSet::load(rsa_oaep::TestName::Rsa2048Sha256Mgf1Sha256).unwrap().test_groups {
        let key = ::rsa::PrivateKey::from_pkcs8_der(&group.pkcs8).unwrap();
        // The crate does not look at the first byte, so that its time says nothing about it.
        for test in group.tests.iter().filter(|test| test.comment != "First byte is 1") {
            let opened = rsa::opened(Hash::Sha256, &key, test.label.to_vec(), &test.ct);
            assert!(agrees(test.result, opened.as_deref() == Ok(&test.pt[..])), "{} {opened:?}", test.tc_id);
        }
    }
}
