import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
for (const [algorithm, secret, open] of [['HS256', 'a secret', 'a secret'], ['RS256', rsa.privateKey, rsa.publicKey], ['PS256', rsa.privateKey, rsa.publicKey], ['ES256', ec.privateKey, ec.publicKey]] as any) {
  const token = jwt.sign({ sub: 'me' }, secret, { algorithm, expiresIn: '1h' });
  assert.equal((jwt.verify(token, open, { algorithms: [algorithm] }) as any).sub, 'me');
  const pem = typeof open === 'string' ? open : open.export({ type: 'spki', format: 'pem' });
  assert.equal((jwt.verify(token, pem, { algorithms: [algorithm] }) as any).sub, 'me');
  assert.throws(() => jwt.verify(`${token.slice(0, -4)}AAAA`, open, { algorithms: [algorithm] }), { name: 'JsonWebTokenError' });
}
assert.throws(() => jwt.verify(jwt.sign({}, 's', { expiresIn: -1 }), 's'), { name: 'TokenExpiredError' });
