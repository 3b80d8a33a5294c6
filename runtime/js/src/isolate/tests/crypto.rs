//! Web Cryptography as scripts use it: formats, checks and the names of errors. The primitives have
//! tests of their own (`ops::crypto::tests`), and web-platform-tests cover the rest.

use super::helpers::run_with;
use rstest::rstest;
use serde_json::{Value, json};

const NAMES: &str = "const subtle = crypto.subtle;\n\
    const hex = (data: any) => [...new Uint8Array(data)].map(byte => byte.toString(16).padStart(2, '0')).join('');\n\
    const utf8 = (text: string) => new TextEncoder().encode(text);\n\
    const fails = async (work: () => any) => { try { await work(); return 'no error' } catch (error: any) { return error.name } };\n\
    const hmac = { name: 'HMAC', hash: 'SHA-256' };\n\
    const aes = { name: 'AES-GCM', length: 256 };\n";

fn run(body: &str) -> Value {
    run_with(&[], NAMES, body)
}

#[test]
fn random_numbers_fill_views_of_integers() {
    let found = run("const all = new Uint8Array(40); const part = all.subarray(8, 40); \
        const same = crypto.getRandomValues(part) === part; \
        return [same, all.subarray(0, 8).every(byte => byte === 0), part.some(byte => byte !== 0), \
            /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()), \
            await fails(() => crypto.getRandomValues(new Float64Array(1))), \
            await fails(() => crypto.getRandomValues(new Uint8Array(65537)))]");
    assert_eq!(found, json!([true, true, true, true, "TypeMismatchError", "QuotaExceededError"]));
}

#[rstest]
#[case("new Crypto()", "TypeError")]
#[case("new SubtleCrypto()", "TypeError")]
#[case("new CryptoKey()", "TypeError")]
#[case("subtle.digest('MD5', utf8('a'))", "NotSupportedError")]
#[case("subtle.digest('SHA-256', 'a')", "TypeError")]
#[case("subtle.digest('SHA-256')", "TypeError")]
#[case("subtle.generateKey(aes, true, [])", "SyntaxError")]
#[case("subtle.generateKey(aes, true, ['sign'])", "SyntaxError")]
#[case("subtle.generateKey(aes, true, ['fly'])", "TypeError")]
#[case("subtle.generateKey({ name: 'AES-GCM', length: 100 }, true, ['encrypt'])", "OperationError")]
#[case("subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-1' }, true, ['sign'])", "NotSupportedError")]
#[case("subtle.importKey('raw', new Uint8Array(15), 'AES-CBC', true, ['encrypt'])", "DataError")]
#[case("subtle.importKey('raw', { kty: 'oct' }, 'AES-CBC', true, ['encrypt'])", "TypeError")]
#[case(
    "subtle.importKey('jwk', { kty: 'oct', k: 'AAAA=' }, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign'])",
    "DataError"
)]
#[case("subtle.importKey('raw', new Uint8Array(4), 'PBKDF2', true, ['deriveBits'])", "SyntaxError")]
#[case("subtle.importKey('spki', new Uint8Array(4), { name: 'ECDH', namedCurve: 'P-256' }, true, [])", "DataError")]
fn bad_input_has_the_error_of_the_standard(#[case] call: &str, #[case] expected: &str) {
    assert_eq!(run(&format!("return fails(() => {call})")), json!(expected));
}

#[test]
fn keys_do_only_what_they_are_for() {
    let found = run("const key: any = await subtle.generateKey(hmac, false, ['sign']); \
        const shown = [key.type, key.extractable, key.algorithm.name, key.algorithm.hash.name, key.algorithm.length, [...key.usages]]; \
        key.usages.push('verify'); key.algorithm.name = 'AES-GCM'; \
        return [shown, Object.prototype.toString.call(key), key instanceof CryptoKey, \
            await fails(() => subtle.exportKey('raw', key)), \
            await fails(() => subtle.verify('HMAC', key, new Uint8Array(32), utf8('a'))), \
            await fails(() => subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, utf8('a'))), \
            await fails(() => subtle.sign('HMAC', {} as any, utf8('a'))), \
            (await subtle.sign('HMAC', key, utf8('a'))).byteLength]");
    let shown = json!(["secret", false, "HMAC", "SHA-256", 512, ["sign"]]);
    assert_eq!(
        found,
        json!([
            shown,
            "[object CryptoKey]",
            true,
            "InvalidAccessError",
            "InvalidAccessError",
            "InvalidAccessError",
            "TypeError",
            32
        ])
    );
}

#[rstest]
#[case(
    "{ name: 'AES-GCM', length: 128 }",
    "{ name: 'AES-GCM', iv: new Uint8Array(12), additionalData: utf8('x'), tagLength: 96 }",
    17
)]
#[case("{ name: 'AES-CBC', length: 192 }", "{ name: 'AES-CBC', iv: new Uint8Array(16) }", 16)]
#[case("{ name: 'AES-CTR', length: 256 }", "{ name: 'AES-CTR', counter: new Uint8Array(16), length: 32 }", 5)]
fn what_is_encrypted_is_decrypted(#[case] made: &str, #[case] used: &str, #[case] length: u32) {
    let found = run(&format!(
        "const key: any = await subtle.generateKey({made}, true, ['encrypt', 'decrypt']); \
         const sealed = await subtle.encrypt({used}, key, utf8('hello')); \
         const copy = await subtle.importKey('jwk', await subtle.exportKey('jwk', key), '{}', false, ['decrypt']); \
         return [sealed.byteLength, new TextDecoder().decode(await subtle.decrypt({used}, copy, sealed))]",
        made.split('\'').nth(1).unwrap()
    ));
    assert_eq!(found, json!([length, "hello"]));
}

#[test]
fn a_changed_message_is_refused() {
    let found = run("const key: any = await subtle.generateKey(aes, true, ['encrypt', 'decrypt']); \
        const iv = new Uint8Array(12); \
        const sealed = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, key, utf8('hello'))); \
        sealed[0] ^= 1; return fails(() => subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed))");
    assert_eq!(found, json!("OperationError"));
}

#[rstest]
#[case("{ name: 'ECDSA', namedCurve: 'P-256' }", "{ name: 'ECDSA', hash: 'SHA-256' }", 64)]
#[case("{ name: 'ECDSA', namedCurve: 'P-384' }", "{ name: 'ECDSA', hash: 'SHA-1' }", 96)]
#[case("{ name: 'ECDSA', namedCurve: 'P-521' }", "{ name: 'ECDSA', hash: 'SHA-256' }", 132)]
#[case("{ name: 'Ed25519' }", "'Ed25519'", 64)]
fn signatures_hold_over_all_formats(#[case] made: &str, #[case] used: &str, #[case] length: u32) {
    let found = run(&format!(
        "const pair: any = await subtle.generateKey({made}, true, ['sign', 'verify']); \
         const results: any[] = []; \
         for (const [secret, open] of [['pkcs8', 'spki'], ['jwk', 'raw'], ['jwk', 'jwk']] as any) {{ \
           const inner = await subtle.importKey(secret, await subtle.exportKey(secret, pair.privateKey), {made}, false, ['sign']); \
           const outer = await subtle.importKey(open, await subtle.exportKey(open, pair.publicKey), {made}, true, ['verify']); \
           const signature = await subtle.sign({used}, inner, utf8('hello')); \
           results.push(signature.byteLength, await subtle.verify({used}, outer, signature, utf8('hello')), \
             await subtle.verify({used}, outer, signature, utf8('hallo'))); }} \
         return results"
    ));
    let one = [json!(length), json!(true), json!(false)];
    assert_eq!(found, json!([one.clone(), one.clone(), one].concat()));
}

#[rstest]
#[case("{ name: 'ECDH', namedCurve: 'P-256' }", 32)]
#[case("{ name: 'X25519' }", 32)]
fn both_sides_derive_the_same(#[case] made: &str, #[case] length: u32) {
    let found = run(&format!(
        "const make = () => subtle.generateKey({made}, true, ['deriveBits', 'deriveKey']) as any; \
         const [a, b] = [await make(), await make()]; const name = a.publicKey.algorithm.name; \
         const [first, second] = [await subtle.deriveBits({{ name, public: b.publicKey }}, a.privateKey, null as any), \
           await subtle.deriveBits({{ name, public: a.publicKey }}, b.privateKey, {length} * 8)]; \
         const key = await subtle.deriveKey({{ name, public: b.publicKey }}, a.privateKey, {{ name: 'AES-GCM', length: 128 }}, true, ['encrypt']); \
         return [first.byteLength, hex(first) === hex(second), hex(await subtle.exportKey('raw', key)) === hex(first.slice(0, 16)), \
           await fails(() => subtle.deriveBits({{ name, public: b.publicKey }}, a.privateKey, {length} * 8 + 8))]"
    ));
    assert_eq!(found, json!([length, true, true, "OperationError"]));
}

#[test]
fn keys_come_from_passwords() {
    // RFC 7914, section 11, and RFC 5869, test case 1.
    let found = run(
        "const password = await subtle.importKey('raw', utf8('passwd'), 'PBKDF2', false, ['deriveBits']); \
        const stretched = await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: utf8('salt'), iterations: 1 }, password, 256); \
        const material = await subtle.importKey('raw', new Uint8Array(22).fill(11), 'HKDF', false, ['deriveBits']); \
        const salt = new Uint8Array(13).map((_, index) => index); const info = new Uint8Array(10).map((_, index) => 0xf0 + index); \
        const expanded = await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, material, 336); \
        return [hex(stretched), hex(expanded)]",
    );
    assert_eq!(
        found,
        json!([
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        ])
    );
}

#[test]
fn keys_travel_wrapped() {
    let found = run(
        "const wrapping: any = await subtle.generateKey({ name: 'AES-KW', length: 128 }, false, ['wrapKey', 'unwrapKey']); \
        const sealing: any = await subtle.generateKey(aes, false, ['wrapKey', 'unwrapKey']); \
        const key: any = await subtle.generateKey(aes, true, ['encrypt']); \
        const raw = hex(await subtle.exportKey('raw', key)); const gcm = { name: 'AES-GCM', iv: new Uint8Array(12) }; \
        const first = await subtle.unwrapKey('raw', await subtle.wrapKey('raw', key, wrapping, 'AES-KW'), wrapping, 'AES-KW', 'AES-GCM', true, ['encrypt']); \
        const second = await subtle.unwrapKey('jwk', await subtle.wrapKey('jwk', key, sealing, gcm), sealing, gcm, 'AES-GCM', true, ['encrypt']); \
        return [hex(await subtle.exportKey('raw', first)) === raw, hex(await subtle.exportKey('raw', second)) === raw]",
    );
    assert_eq!(found, json!([true, true]));
}

#[test]
fn rsa_does_what_its_families_do() {
    let found = run(
        "const make = (name: string, usages: any) => subtle.generateKey({ name, modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, usages) as any; \
        const pair = await make('RSA-PSS', ['sign', 'verify']); const pss = { name: 'RSA-PSS', saltLength: 32 }; \
        const signature = await subtle.sign(pss, pair.privateKey, utf8('hello')); \
        const spki = await subtle.exportKey('spki', pair.publicKey); const jwk: any = await subtle.exportKey('jwk', pair.privateKey); \
        const oaep = { name: 'RSA-OAEP', hash: 'SHA-256' }; \
        const open = await subtle.importKey('spki', spki, oaep, true, ['encrypt']); \
        const secret = await subtle.importKey('pkcs8', await subtle.exportKey('pkcs8', pair.privateKey), oaep, false, ['decrypt']); \
        const sealed = await subtle.encrypt({ name: 'RSA-OAEP', label: utf8('l') } as any, open, utf8('hello')); \
        const v15 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }; delete jwk.alg; delete jwk.key_ops; \
        const old = await subtle.importKey('jwk', jwk, v15, false, ['sign']); \
        const check = await subtle.importKey('spki', spki, v15, false, ['verify']); \
        return [pair.publicKey.algorithm.modulusLength, [...pair.publicKey.algorithm.publicExponent], await subtle.verify(pss, pair.publicKey, signature, utf8('hello')), \
          await subtle.verify(pss, pair.publicKey, signature, utf8('hallo')), \
          new TextDecoder().decode(await subtle.decrypt({ name: 'RSA-OAEP', label: utf8('l') } as any, secret, sealed)), \
          await fails(() => subtle.decrypt('RSA-OAEP' as any, secret, sealed)), \
          await subtle.verify('RSASSA-PKCS1-v1_5', check, await subtle.sign('RSASSA-PKCS1-v1_5', old, utf8('x')), utf8('x'))]",
    );
    assert_eq!(found, json!([1024, [1, 0, 1], true, false, "hello", "OperationError", true]));
}
