// Drives node-soap over stdin and stdout, a line each way: words between tabs, the last one in base64.
//
// The first answer is "OK PORT": a service of node-soap at http://localhost:PORT/pay, which checks username tokens.
// call URL CASE VERSION AMOUNT   calls the service at URL; the answer is the amount that it accepted
// verify MESSAGE                 verifies Alice's signature with xml-crypto, node-soap's own library; the answer is how
//                                many references it has
const fs = require("fs");
const http = require("http");
const path = require("path");
const soap = require("soap");
const { SignedXml } = require("xml-crypto");
const { DOMParser } = require("@xmldom/xmldom");
const xpath = require("xpath");

const keys = process.argv[2];
const key = (name) => fs.readFileSync(path.join(keys, name));
const wsdl = path.join(__dirname, "bank.wsdl");
const [EXCLUSIVE, INCLUSIVE] = [
  "http://www.w3.org/2001/10/xml-exc-c14n#",
  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
];

const user = (options) => new soap.WSSecurity("ann", "s3cret", options);
const cert = (options) => new soap.WSSecurityCert(key("alice.key"), key("alice.pem"), "", options);
const token = (more) =>
  new soap.WSSecurityCertWithToken({ privateKey: key("alice.key"), publicKey: key("alice.pem"), keyPassword: "", ...more });
const password = { username: "ann", password: "s3cret" };

const strong = () => require("strong-soap").soap;

const CASES = {
  "strong-soap text": () => new (strong().WSSecurity)("ann", "s3cret", { passwordType: "PasswordText" }),
  "strong-soap digest": () => new (strong().WSSecurity)("ann", "s3cret", { passwordType: "PasswordDigest" }),
  "strong-soap WSSecurityCert": () =>
    new (strong().WSSecurityCert)(key("alice.key").toString(), key("alice.pem").toString(), ""),
  "WSSecurity text": () => user(),
  "WSSecurity text, nonce": () => user({ hasNonce: true, mustUnderstand: true }),
  "WSSecurity text, no timestamp, no Created": () => user({ hasTimeStamp: false, hasTokenCreated: false }),
  "WSSecurity digest": () => user({ passwordType: "PasswordDigest" }),
  "WSSecurityCert": () => cert(),
  "WSSecurityCert wsu:Id": () => cert({ signerOptions: { idMode: "wssecurity" } }),
  "WSSecurityCert exclusive c14n alone": () => cert({ signatureTransformations: [EXCLUSIVE] }),
  "WSSecurityCert inclusive c14n": () => cert({ signatureTransformations: [INCLUSIVE] }),
  "WSSecurityCert rsa-sha512": () =>
    cert({
      signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
      digestAlgorithm: "http://www.w3.org/2001/04/xmlenc#sha512",
    }),
  "WSSecurityCert rsa-sha1": () =>
    cert({
      signatureAlgorithm: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
      digestAlgorithm: "http://www.w3.org/2000/09/xmldsig#sha1",
    }),
  "WSSecurityCert token and header signed": () =>
    cert({ additionalReferences: ["wsse:BinarySecurityToken", "wsa:Action", "wsa:To"] }),
  "WSSecurityCert prefix ds": () => cert({ signerOptions: { prefix: "ds", attrs: { Id: "Sig-1" } } }),
  "WSSecurityCert no timestamp": () => cert({ hasTimeStamp: false }),
  "WSSecurityCert Body not signed": () => cert({ excludeReferencesFromSigning: ["Body"] }),
  "WSSecurityCertWithToken": () => token(password),
  "WSSecurityCertWithToken rsa-sha256": () =>
    token({ ...password, options: { signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" } }),
  "WSSecurityCertWithToken no user": () => token({}),
  "WSSecurityPlusCert digest": () =>
    new soap.WSSecurityPlusCert(
      user({ passwordType: "PasswordDigest", hasTimeStamp: false }),
      cert({ additionalReferences: ["wsse:UsernameToken"] }),
    ),
  "WSSecurityPlusCert text": () => new soap.WSSecurityPlusCert(user({ hasTimeStamp: false }), cert()),
  "WSSecurityPlusCert two timestamps": () => new soap.WSSecurityPlusCert(user(), cert()),
};

function callStrong(url, security, version, amount) {
  const options = { forceSoap12Headers: version === "soap12" };
  return new Promise((resolve, reject) =>
    strong().createClient(wsdl, options, (error, client) => {
      if (error) return reject(error);
      client.setEndpoint(url);
      client.setSecurity(security);
      // It gives the reply as text.
      client.pay({ amount }, (error, _, reply) => (error ? reject(error) : resolve(/amount>([^<]*)</.exec(reply)?.[1] ?? reply)));
    }),
  );
}

async function call(url, name, version, amount) {
  if (name.startsWith("strong-soap")) return callStrong(url, CASES[name](), version, amount);
  const client = await soap.createClientAsync(wsdl, { forceSoap12Headers: version === "soap12" });
  client.setEndpoint(url);
  const addressing = 'xmlns:wsa="http://www.w3.org/2005/08/addressing"';
  client.addSoapHeader(`<wsa:Action ${addressing}>urn:pay</wsa:Action><wsa:To ${addressing}>urn:bank</wsa:To>`);
  client.setSecurity(CASES[name]());
  const [result] = await client.payAsync({ amount });
  return result.amount;
}

function verify(message) {
  const document = new DOMParser().parseFromString(message, "text/xml");
  const signature = xpath.select("//*[local-name(.)='Signature' and namespace-uri(.)='http://www.w3.org/2000/09/xmldsig#']", document)[0];
  const verifier = new SignedXml({ publicCert: key("alice.pem"), idMode: "wssecurity", getCertFromKeyInfo: () => null });
  verifier.loadSignature(signature);
  if (!verifier.checkSignature(message)) throw new Error("the signature does not verify");
  return String(verifier.getSignedReferences().length);
}

function authenticate(security) {
  const value = (field) => field?.$value ?? field;
  const given = security?.UsernameToken;
  if (!given || value(given.Username) !== "ann") return false;
  if (!given.Password?.attributes?.Type?.endsWith("#PasswordDigest")) return value(given.Password) === "s3cret";
  return value(given.Password) === soap.passwordDigest(value(given.Nonce), value(given.Created), "s3cret");
}

async function run([verb, ...words]) {
  const message = Buffer.from(words.pop(), "base64").toString();
  if (verb === "call") return call(...words, message);
  if (verb === "verify") return verify(message);
  throw new Error(verb);
}

const server = http.createServer((_, response) => response.writeHead(404).end());
server.listen(0, "127.0.0.1", () => {
  const bank = { Bank: { Port: { pay: ({ amount }) => ({ amount }) } } };
  soap.listen(server, "/pay", bank, fs.readFileSync(wsdl, "utf8")).authenticate = authenticate;
  console.log(`OK ${server.address().port}`);
});

let queue = Promise.resolve();
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  queue = queue
    .then(() => run(line.split("\t")))
    .then((answer) => console.log("OK " + Buffer.from(answer).toString("base64")))
    .catch((error) => console.log("ERR " + String(error.message).replace(/\s+/g, " ")));
});
