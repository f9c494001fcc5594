import java.nio.file.*;
import java.security.*;
import java.util.*;
import javax.crypto.KeyGenerator;
import javax.security.auth.callback.*;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.apache.wss4j.common.util.KeyUtils;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.*;
import org.apache.wss4j.dom.handler.*;
import org.apache.wss4j.dom.message.*;
import org.apache.wss4j.stax.ext.*;
import org.apache.xml.security.encryption.params.ConcatKDFParams;
import org.w3c.dom.*;

/**
 * Drives WSS4J over stdin and stdout, a line each way.
 *
 * verify dom|stax BSP MESSAGE   BSP is on or off
 * attach SPEC ENVELOPE          signs the Body and an attachment beside the envelope, and encrypts it
 * attached SPEC MESSAGE         verifies a message with an attachment beside it
 * optimize ENVELOPE             signs and encrypts the Body, its cipher octets in an attachment (XOP)
 * bsp dom|stax MESSAGE          the rules of the profile that an engine raises, whatever else is wrong
 * secure SPEC ENVELOPE          SPEC is key=value pairs separated by commas
 * protect SPEC ENVELOPE         likewise, with keys both sides have
 * ticket SPEC ENVELOPE          likewise, with a Kerberos ticket
 * accept dom|stax MESSAGE       verifies a message with a Kerberos ticket
 * ticket-reply ENVELOPE         signs with the key of the ticket that was accepted last
 * confirmed dom BSP MESSAGE     as verify; the message confirms the request made last
 */
public class Driver {
    static Merlin crypto;
    /** Who computes signatures, if it is not for the JDK to choose. */
    static Provider signatures;
    static final CallbackHandler CALLBACK = callbacks -> {
        for (Callback callback : callbacks) {
            if (callback instanceof WSPasswordCallback c) {
                javax.crypto.SecretKey secret = c.getIdentifier() == null ? null : Symmetric.secret(c.getIdentifier());
                if (secret != null) {
                    c.setKey(secret.getEncoded());
                    continue;
                }
                c.setPassword(c.getUsage() == WSPasswordCallback.USERNAME_TOKEN ? "s3cret" : Peer.PASSWORD);
            }
        }
    };

    public static void main(String[] args) throws Exception {
        WSSConfig.init();
        // The streaming engine asks for PSS under a name the JDK does not know.
        Security.addProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider());
        Path folder = Path.of(args[0]);
        crypto = Peer.crypto(folder, "alice", "bob", "carol", "ec256", "ed25519", "bp256", "ka-ec256", "ka-ec384",
            "ka-ec521", "ka-x25519", "ka-bp256");
        crypto.getTrustStore().setCertificateEntry("bp-ca", Peer.certificate(folder.resolve("bp-ca.pem")));
        Peer.serve(Peer.answers(), (words, message) -> switch (words[0]) {
            case "verify" -> words[1].equals("dom")
                ? verifyDom(message, words[2], false)
                : verifyStax(message, words[2].equals("on"));
            case "confirmed" -> verifyDom(message, words[2], true);
            case "attach" -> Attachments.secure(spec(words[1]), message);
            case "optimize" -> Attachments.optimize(message);
            case "attached" -> Attachments.verify(spec(words[1]), message);
            case "bsp" -> Bsp.rules(words[1], message, crypto, CALLBACK);
            case "secure" -> secure(spec(words[1]), message);
            case "protect" -> Symmetric.secure(spec(words[1]), message);
            case "ticket" -> Kerberos.secure(spec(words[1]), message);
            case "accept" -> words[1].equals("dom") ? Kerberos.verify(message) : Kerberos.verifyStax(message);
            case "ticket-reply" -> Kerberos.reply(message);
            default -> throw new IllegalArgumentException(words[0]);
        });
    }

    static Map<String, String> spec(String text) {
        Map<String, String> spec = new HashMap<>();
        for (String pair : text.split(",")) {
            String[] parts = pair.split("=", 2);
            spec.put(parts[0], parts[1]);
        }
        return spec;
    }

    /** With BSP enforcement if `mode` is "on"; "rsa15" admits RSA 1.5 instead. */
    static byte[] verifyDom(byte[] message, String mode, boolean confirmed) throws Exception {
        Document document = Peer.parse(message);
        RequestData data = new RequestData();
        data.setSigVerCrypto(crypto);
        data.setSignatureProvider(signatures);
        data.setDecCrypto(crypto);
        data.setCallbackHandler(CALLBACK);
        data.setDisableBSPEnforcement(!mode.equals("on"));
        data.setAllowRSA15KeyTransportAlgorithm(mode.equals("rsa15"));
        data.setAllowUsernameTokenNoPassword(true);
        data.setWssConfig(WSSConfig.getNewInstance());
        WSHandlerResult result = new WSSecurityEngine().processSecurityHeader(document, data);
        if (result == null || result.getResults().isEmpty()) {
            throw new IllegalStateException("nothing was processed");
        }
        if (confirmed) {
            Symmetric.confirmed(result);
        } else {
            Symmetric.opened(result, document);
        }
        return Peer.serialise(document.getDocumentElement().getLastChild() instanceof Element body ? body
            : document.getElementsByTagNameNS("*", "Body").item(0));
    }

    static byte[] verifyStax(byte[] message, boolean bsp) throws Exception {
        WSSSecurityProperties properties = new WSSSecurityProperties();
        properties.setSignatureVerificationCrypto(crypto);
        properties.setDecryptionCrypto(crypto);
        properties.setCallbackHandler(CALLBACK);
        properties.setDisableBSPEnforcement(!bsp);
        properties.setAllowUsernameTokenNoPassword(true);
        return Peer.verifyStax(properties, message);
    }

    static int identifier(String name) {
        return switch (name) {
            case "direct" -> WSConstants.BST_DIRECT_REFERENCE;
            case "issuer-serial" -> WSConstants.ISSUER_SERIAL;
            case "ski" -> WSConstants.SKI_KEY_IDENTIFIER;
            case "thumbprint" -> WSConstants.THUMBPRINT_IDENTIFIER;
            case "x509-ski" -> WSConstants.X509_SKI;
            case "x509" -> WSConstants.X509_KEY_IDENTIFIER;
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** A signature without its parts. */
    static WSSecSignature signature(WSSecHeader header, Map<String, String> spec) {
        WSSecSignature signature = new WSSecSignature(header);
        signature.setSignatureProvider(signatures);
        signature.setUserInfo(spec.get("signer"), Peer.PASSWORD);
        signature.setKeyIdentifierType(identifier(spec.get("reference")));
        signature.setUseSingleCertificate(!spec.containsKey("path"));
        signature.setSignatureAlgorithm(spec.get("signature"));
        signature.setDigestAlgo(spec.get("digest"));
        return signature;
    }

    /** An encryption without its parts. */
    static WSSecEncrypt encryption(WSSecHeader header, Map<String, String> spec) {
        WSSecEncrypt encryption = new WSSecEncrypt(header);
        encryption.setUserInfo(spec.getOrDefault("recipient", "bob"));
        encryption.setKeyIdentifierType(identifier(spec.getOrDefault("recipient-reference", spec.get("reference"))));
        encryption.setSymmetricEncAlgorithm(spec.get("cipher"));
        encryption.setKeyEncAlgo(spec.get("transport"));
        if (spec.containsKey("agreement")) {
            encryption.setKeyAgreementMethod(spec.get("agreement"));
            encryption.setKeyDerivationMethod(spec.get("derivation"));
        }
        if (spec.containsKey("other-info")) {
            String[] parts = spec.get("other-info").split(";", -1);
            encryption.setKeyDerivationParameters(ConcatKDFParams.createBuilder(128, WSConstants.SHA256)
                .algorithmID(parts[0]).partyUInfo(parts[1]).partyVInfo(parts[2]).build());
        }
        if (spec.containsKey("oaep-digest")) {
            encryption.setDigestAlgorithm(spec.get("oaep-digest"));
            encryption.setMGFAlgorithm(spec.get("mgf"));
        }
        return encryption;
    }

    static byte[] secure(Map<String, String> spec, byte[] envelope) throws Exception {
        Document document = Peer.parse(envelope);
        String soap = document.getDocumentElement().getNamespaceURI();
        WSSecHeader header = new WSSecHeader(document);
        header.insertSecurityHeader();
        if (!spec.getOrDefault("timestamp", "yes").equals("no")) {
            WSSecTimestamp timestamp = new WSSecTimestamp(header);
            timestamp.setTimeToLive(300);
            timestamp.build();
        }
        if (spec.containsKey("username")) {
            WSSecUsernameToken token = new WSSecUsernameToken(header);
            token.setPasswordType(spec.get("password").equals("text") ? WSConstants.PASSWORD_TEXT : WSConstants.PASSWORD_DIGEST);
            token.setUserInfo(spec.get("username"), "s3cret");
            if (spec.get("password").equals("text")) {
                token.addNonce();
                token.addCreated();
            }
            token.build();
        }
        for (String step : spec.getOrDefault("steps", "").split(";")) {
            switch (step) {
                case "" -> { }
                case "sign" -> {
                    WSSecSignature signature = signature(header, spec);
                    if (spec.containsKey("only")) {
                        String[] part = spec.get("only").split(" ");
                        signature.getParts().add(new WSEncryptionPart(part[1], part[0], "Element"));
                    } else {
                        signature.getParts().add(new WSEncryptionPart("Body", soap, "Content"));
                        signature.getParts().add(new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Element"));
                    }
                    // Parts beside those, as in "urn:a One|urn:a Two".
                    for (String also : spec.getOrDefault("also", "").split("\\|")) {
                        String[] part = also.split(" ");
                        if (part.length == 2) {
                            signature.getParts().add(new WSEncryptionPart(part[1], part[0], "Element"));
                        }
                    }
                    if (spec.containsKey("str-transform")) {
                        signature.getParts().add(new WSEncryptionPart("STRTransform", "", "Element"));
                    }
                    signature.build(crypto);
                }
                case "encrypt", "encrypt-signature" -> {
                    WSSecEncrypt encryption = encryption(header, spec);
                    encryption.getParts().add(new WSEncryptionPart("Body", soap, "Content"));
                    if (spec.containsKey("header")) {
                        encryption.getParts().add(new WSEncryptionPart("Id", "urn:a", "Header"));
                    }
                    if (step.equals("encrypt-signature")) {
                        encryption.getParts().add(new WSEncryptionPart("Signature", WSConstants.SIG_NS, "Element"));
                    }
                    KeyGenerator generator = KeyUtils.getKeyGenerator(spec.get("cipher"));
                    encryption.build(crypto, generator.generateKey());
                }
                default -> throw new IllegalArgumentException(step);
            }
        }
        return Peer.serialise(document.getDocumentElement());
    }
}
