// xml-crypto and xml-encryption, which node-soap is built on, on the messages our own benchmark measures:
// harness.js OPERATION FOLDER KEYS, from text to text. Prints the median of the runs in nanoseconds.
'use strict';
const fs = require('fs');
const { SignedXml, ExclusiveCanonicalization } = require('xml-crypto');
const { DOMParser } = require('@xmldom/xmldom');
const encryption = require('xml-encryption');

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const [operation, folder, keys] = process.argv.slice(2);
const message = (name) => fs.readFileSync(`${folder}/${name}.xml`, 'utf8');
const key = (name) => fs.readFileSync(`${keys}/${name}`, 'utf8');
const parse = (text) => new DOMParser().parseFromString(text, 'text/xml');

function canonicalise(text) {
  return new ExclusiveCanonicalization().process(parse(text).documentElement, {}).toString();
}

function verify(text, certificate) {
  const node = parse(text).getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature')[0];
  const signature = new SignedXml({ publicCert: certificate, idMode: 'wssecurity' });
  signature.loadSignature(node);
  if (!signature.checkSignature(text)) throw new Error('not valid');
}

function sign(text, privateKey) {
  const signature = new SignedXml({
    privateKey, idMode: 'wssecurity', canonicalizationAlgorithm: EXCLUSIVE, signatureAlgorithm: RSA_SHA256,
  });
  for (const name of ['Body', 'Timestamp']) {
    signature.addReference({ xpath: `//*[local-name(.)='${name}']`, transforms: [EXCLUSIVE], digestAlgorithm: SHA256 });
  }
  signature.computeSignature(text, { location: { reference: "//*[local-name(.)='Security']", action: 'append' } });
  return signature.getSignedXml();
}

// The signed message without its Signature: this peer makes the element itself.
const unsigned = () => message('template').replace(/<ds:Signature[ >].*<\/ds:Signature>/s, '');
const content = () => message('envelope').match(/<soapenv:Body>(.*)<\/soapenv:Body>/s)[1];

// It has no call for a document: the content is encrypted, and the caller puts it in its place.
const encrypt = (text) => new Promise((resolve, reject) => encryption.encrypt(text, {
  pem: key('bob.pem'), rsa_pub: key('bob.pem'), encryptionAlgorithm: 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  keyEncryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
}, (error, result) => (error ? reject(error) : resolve(result))));
const decrypt = (text) => new Promise((resolve, reject) => encryption.decrypt(text, { key: key('bob.key') },
  (error, result) => (error ? reject(error) : resolve(result))));

async function task() {
  switch (operation) {
    case 'c14n': { const text = message('envelope'); return () => canonicalise(text); }
    case 'verify': { const text = message('signed'), pem = key('alice.pem'); return () => verify(text, pem); }
    case 'sign': { const text = unsigned(), pem = key('alice.key'); return () => sign(text, pem); }
    case 'encrypt': { const text = content(); return () => encrypt(text); }
    case 'decrypt': { const text = await encrypt(content()); return () => decrypt(text); }
    default: return process.exit(3);
  }
}

async function runs(run, least, duration) {
  const times = [];
  const started = process.hrtime.bigint();
  while (times.length < least || process.hrtime.bigint() - started < duration) {
    const before = process.hrtime.bigint();
    await run();
    times.push(process.hrtime.bigint() - before);
  }
  return times;
}

(async () => {
  const run = await task();
  await runs(run, 1, 1_000_000_000n);
  const times = await runs(run, 5, 1_000_000_000n);
  times.sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  console.log(String(times[times.length >> 1]));
})();
