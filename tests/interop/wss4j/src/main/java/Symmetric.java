import java.util.*;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.derivedKey.ConversationConstants;
import org.apache.wss4j.common.util.KeyUtils;
import org.apache.wss4j.common.util.UsernameTokenUtil;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.*;
import org.apache.wss4j.dom.handler.*;
import org.apache.wss4j.dom.message.*;
import org.w3c.dom.*;

/** Messages whose keys both sides have: EncryptedKey, SecurityContextToken and UsernameToken, derived from or not. */
class Symmetric {
    static final String CONTEXT = "urn:uuid:interop-context";
    static final byte[] CONTEXT_SECRET = new byte[32];
    static final String UT_TYPE =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#UsernameToken";

    static {
        Arrays.fill(CONTEXT_SECRET, (byte) 7);
    }

    /** Keys of requests made or opened here, by the SHA-1 of their cipher octets; the last is used in replies. */
    static final Map<String, byte[]> KEYS = new HashMap<>();
    static String lastKey;
    static String lastSignature;
    /** Signature values of the last request that was opened, and of the last one that was made. */
    static final List<byte[]> OPENED = new ArrayList<>();
    static final List<byte[]> MADE = new ArrayList<>();

    /** What a token gives to its users. */
    record Token(byte[] secret, String id, String valueType, Runnable prepend) {}

    static Token token(String kind, WSSecHeader header, Document document, boolean mac, int version) throws Exception {
        switch (kind) {
            case "encrypted-key" -> {
                SecretKey key = KeyUtils.getKeyGenerator(WSConstants.AES_256).generateKey();
                WSSecEncryptedKey encrypted = new WSSecEncryptedKey(header);
                encrypted.setUserInfo("bob");
                encrypted.setKeyIdentifierType(WSConstants.ISSUER_SERIAL);
                encrypted.setKeyEncAlgo(WSConstants.KEYTRANSPORT_RSAOAEP);
                encrypted.prepare(Driver.crypto, key);
                KEYS.put(encrypted.getEncryptedKeySHA1(), key.getEncoded());
                lastKey = encrypted.getEncryptedKeySHA1();
                return new Token(key.getEncoded(), encrypted.getId(), WSConstants.WSS_ENC_KEY_VALUE_TYPE,
                    encrypted::prependToHeader);
            }
            case "context" -> {
                WSSecSecurityContextToken context = new WSSecSecurityContextToken(header, WSSConfig.getNewInstance());
                context.setIdentifier(CONTEXT);
                context.setWscVersion(version);
                context.prepare(Driver.crypto);
                String type = version == ConversationConstants.VERSION_05_12
                    ? WSConstants.WSC_SCT_05_12 : WSConstants.WSC_SCT;
                return new Token(CONTEXT_SECRET, context.getSctId(), type, () -> {
                    try {
                        context.prependSCTElementToHeader();
                    } catch (Exception error) {
                        throw new IllegalStateException(error);
                    }
                });
            }
            case "password" -> {
                byte[] salt = UsernameTokenUtil.generateSalt(mac);
                WSSecUsernameToken user = new WSSecUsernameToken(header);
                user.setPasswordType(null);
                user.setUserInfo("alice", "s3cret");
                user.addDerivedKey(1000);
                user.prepare(salt);
                byte[] key = user.getDerivedKey(salt);
                return new Token(key, user.getId(), UT_TYPE, user::prependToHeader);
            }
            default -> throw new IllegalArgumentException(kind);
        }
    }

    static byte[] secure(Map<String, String> spec, byte[] envelope) throws Exception {
        Document document = Peer.parse(envelope);
        WSSecHeader header = Peer.header(document);
        MADE.clear();
        List<WSEncryptionPart> more = new ArrayList<>();
        if (spec.containsKey("confirm")) {
            for (byte[] value : OPENED) {
                WSSecSignatureConfirmation confirmation = new WSSecSignatureConfirmation(header);
                confirmation.setSignatureValue(value);
                confirmation.build(value);
            }
            more.add(new WSEncryptionPart("SignatureConfirmation", WSConstants.WSSE11_NS, "Element"));
        }
        boolean derived = !spec.get("derived").equals("no");
        int version = spec.get("derived").equals("2005")
            ? ConversationConstants.VERSION_05_02 : ConversationConstants.VERSION_05_12;
        List<Runnable> prepends = new ArrayList<>();
        Token shared = null;
        for (String step : spec.get("steps").split(";")) {
            boolean mac = step.equals("sign");
            if (step.equals("endorse")) {
                WSSecSignature signature = new WSSecSignature(header);
                signature.setUserInfo("alice", Peer.PASSWORD);
                signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
                signature.setSignatureAlgorithm(WSConstants.RSA_SHA256);
                signature.setDigestAlgo(WSConstants.SHA256);
                // By Id: by name, WSS4J would give the Signature a second one.
                signature.getParts().add(new WSEncryptionPart(lastSignature));
                signature.build(Driver.crypto);
                MADE.add(signature.getSignatureValue());
                continue;
            }
            boolean request = spec.get("protection").equals("request");
            if (request) {
                shared = new Token(KEYS.get(lastKey), lastKey, WSConstants.WSS_ENC_KEY_VALUE_TYPE, () -> { });
            } else if (shared == null || spec.get("protection").equals("password")) {
                shared = token(spec.get("protection"), header, document, mac, version);
                prepends.add(shared.prepend());
            }
            if (mac) {
                sign(spec, header, document, shared, derived, version, request, more);
            } else {
                encrypt(spec, header, document, shared, derived, version, request);
            }
        }
        prepends.forEach(Runnable::run);
        return Peer.serialise(document.getDocumentElement());
    }

    static void sign(Map<String, String> spec, WSSecHeader header, Document document, Token token, boolean derived,
        int version, boolean request, List<WSEncryptionPart> more) throws Exception {
        String soap = document.getDocumentElement().getNamespaceURI();
        List<WSEncryptionPart> parts = new ArrayList<>(more);
        parts.add(new WSEncryptionPart("Body", soap, "Content"));
        parts.add(new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Element"));
        if (derived) {
            WSSecDKSign signature = new WSSecDKSign(header);
            signature.setTokenIdentifier(token.id());
            signature.setCustomValueType(token.valueType());
            if (request) {
                signature.setStrElem(reference(document, token.id()));
            }
            signature.setSignatureAlgorithm(spec.get("signature"));
            signature.setDigestAlgorithm(WSConstants.SHA256);
            signature.setWscVersion(version);
            signature.setDerivedKeyLength(32);
            signature.getParts().addAll(parts);
            signature.build(token.secret());
            lastSignature = signature.getSignatureId();
            MADE.add(signature.getSignatureValue());
            return;
        }
        WSSecSignature signature = new WSSecSignature(header);
        if (request) {
            signature.setKeyIdentifierType(WSConstants.ENCRYPTED_KEY_SHA1_IDENTIFIER);
            signature.setEncrKeySha1value(token.id());
        } else {
            signature.setKeyIdentifierType(WSConstants.CUSTOM_SYMM_SIGNING);
            signature.setCustomTokenId(token.id());
            signature.setCustomTokenValueType(token.valueType());
        }
        signature.setSecretKey(token.secret());
        signature.setSignatureAlgorithm(spec.get("signature"));
        signature.setDigestAlgo(WSConstants.SHA256);
        signature.getParts().addAll(parts);
        signature.build(Driver.crypto);
        lastSignature = signature.getId();
        MADE.add(signature.getSignatureValue());
    }

    static void encrypt(Map<String, String> spec, WSSecHeader header, Document document, Token token, boolean derived,
        int version, boolean request) throws Exception {
        String soap = document.getDocumentElement().getNamespaceURI();
        List<WSEncryptionPart> parts = List.of(new WSEncryptionPart("Body", soap, "Content"));
        if (derived) {
            WSSecDKEncrypt encryption = new WSSecDKEncrypt(header);
            encryption.setTokenIdentifier(token.id());
            encryption.setCustomValueType(token.valueType());
            if (request) {
                encryption.setStrElem(reference(document, token.id()));
            }
            encryption.setSymmetricEncAlgorithm(spec.get("cipher"));
            encryption.setWscVersion(version);
            encryption.setDerivedKeyLength(KeyUtils.getKeyLength(spec.get("cipher")));
            encryption.getParts().addAll(parts);
            encryption.build(token.secret());
            return;
        }
        WSSecEncrypt encryption = new WSSecEncrypt(header);
        encryption.setEncryptSymmKey(false);
        encryption.setSymmetricEncAlgorithm(spec.get("cipher"));
        encryption.setEncKeyId(token.id());
        if (request) {
            encryption.setKeyIdentifierType(WSConstants.ENCRYPTED_KEY_SHA1_IDENTIFIER);
            encryption.setCustomReferenceValue(token.id());
        } else {
            encryption.setCustomReferenceValue(token.valueType());
        }
        encryption.getParts().addAll(parts);
        byte[] secret = Arrays.copyOf(token.secret(), KeyUtils.getKeyLength(spec.get("cipher")));
        encryption.build(Driver.crypto, KeyUtils.prepareSecretKey(spec.get("cipher"), secret));
    }

    static Element reference(Document document, String sha1) throws Exception {
        var reference = new org.apache.wss4j.common.token.SecurityTokenReference(document);
        reference.addTokenType(WSConstants.WSS_ENC_KEY_VALUE_TYPE);
        reference.setKeyIdentifierEncKeySHA1(sha1);
        reference.addWSSENamespace();
        return reference.getElement();
    }

    /** Remembers what a reply to an opened request needs. */
    static void opened(WSHandlerResult result, Document document) throws Exception {
        OPENED.clear();
        for (WSSecurityEngineResult one : result.getResults()) {
            byte[] value = (byte[]) one.get(WSSecurityEngineResult.TAG_SIGNATURE_VALUE);
            if (value != null) {
                OPENED.add(value);
            }
        }
        NodeList keys = document.getElementsByTagNameNS(WSConstants.ENC_NS, "EncryptedKey");
        for (WSSecurityEngineResult one : result.getResults()) {
            byte[] secret = (byte[]) one.get(WSSecurityEngineResult.TAG_SECRET);
            byte[] cipher = (byte[]) one.get(WSSecurityEngineResult.TAG_ENCRYPTED_EPHEMERAL_KEY);
            if (secret != null && cipher != null && keys.getLength() > 0) {
                byte[] sha1 = java.security.MessageDigest.getInstance("SHA-1").digest(cipher);
                lastKey = Base64.getEncoder().encodeToString(sha1);
                KEYS.put(lastKey, secret);
            }
        }
    }

    /** Whether a reply confirms exactly the signatures of the request made last. */
    static void confirmed(WSHandlerResult result) {
        List<byte[]> left = new ArrayList<>(MADE);
        for (WSSecurityEngineResult one : result.getResults()) {
            Object found = one.get(WSSecurityEngineResult.TAG_SIGNATURE_CONFIRMATION);
            if (found instanceof org.apache.wss4j.dom.message.token.SignatureConfirmation confirmation
                && !left.removeIf(value -> Arrays.equals(value, confirmation.getSignatureValue()))) {
                throw new IllegalStateException("a confirmation of another request");
            }
        }
        if (!left.isEmpty()) {
            throw new IllegalStateException("a signature is not confirmed");
        }
    }

    static SecretKey secret(String identifier) {
        if (identifier.equals(CONTEXT)) {
            return new SecretKeySpec(CONTEXT_SECRET, "RAW");
        }
        byte[] known = KEYS.get(identifier);
        return known == null ? null : new SecretKeySpec(known, "RAW");
    }
}
