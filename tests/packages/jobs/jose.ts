import assert from 'node:assert/strict';
import { SignJWT, exportJWK, generateKeyPair, jwtVerify } from 'jose';

const secret = new TextEncoder().encode('a secret of at least thirty-two bytes');
const token = await new SignJWT({ role: 'admin' }).setProtectedHeader({ alg: 'HS256' }).setSubject('ada').setExpirationTime('1h').sign(secret);
const { payload } = await jwtVerify(token, secret);
assert.deepEqual([payload.sub, payload.role], ['ada', 'admin']);
await assert.rejects(jwtVerify(token, new TextEncoder().encode('another secret of thirty-two bytes!!')), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
const signed = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
assert((await jwtVerify(signed, publicKey)).protectedHeader.alg === 'ES256');
assert.equal((await exportJWK(publicKey)).crv, 'P-256');
