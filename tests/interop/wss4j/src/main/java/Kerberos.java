import java.util.*;
import javax.crypto.SecretKey;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.util.KeyUtils;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.*;
import org.apache.wss4j.dom.handler.*;
import org.apache.wss4j.dom.message.*;
import org.apache.wss4j.dom.message.token.KerberosSecurity;
import org.apache.wss4j.dom.validate.KerberosTokenValidator;
import org.w3c.dom.*;

/** Kerberos tickets through JAAS: entries "client" and "service" of the file the test writes. */
class Kerberos {
    static final String SERVICE = "HTTP@localhost";
    /** Of the ticket that was accepted last: the SHA-1 of its octets in base64, and its key. */
    static String accepted;
    static byte[] acceptedKey;

    static byte[] secure(Map<String, String> spec, byte[] envelope) throws Exception {
        Document document = Peer.parse(envelope);
        String soap = document.getDocumentElement().getNamespaceURI();
        WSSecHeader header = Peer.header(document);
        KerberosSecurity token = new KerberosSecurity(document);
        token.retrieveServiceTicket("client", Driver.CALLBACK, SERVICE);
        token.setID("KT-1");
        SecretKey key = token.getSecretKey();
        Symmetric.KEYS.put(sha1(token), key.getEncoded());
        List<WSEncryptionPart> parts = List.of(new WSEncryptionPart("Body", soap, "Content"),
            new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Element"));
        String type = WSConstants.WSS_GSS_KRB_V5_AP_REQ;
        boolean derived = spec.get("derived").equals("yes");
        if (derived) {
            WSSecDKSign signature = new WSSecDKSign(header);
            signature.setTokenIdentifier("KT-1");
            signature.setCustomValueType(type);
            signature.setSignatureAlgorithm(WSConstants.HMAC_SHA256);
            signature.setDigestAlgorithm(WSConstants.SHA256);
            signature.setDerivedKeyLength(32);
            signature.getParts().addAll(parts);
            signature.build(key.getEncoded());
        } else {
            WSSecSignature signature = new WSSecSignature(header);
            signature.setKeyIdentifierType(WSConstants.CUSTOM_SYMM_SIGNING);
            signature.setCustomTokenId("KT-1");
            signature.setCustomTokenValueType(type);
            signature.setSecretKey(key.getEncoded());
            signature.setSignatureAlgorithm(WSConstants.HMAC_SHA256);
            signature.setDigestAlgo(WSConstants.SHA256);
            signature.getParts().addAll(parts);
            signature.build(Driver.crypto);
        }
        if (spec.get("steps").equals("sign;encrypt")) {
            List<WSEncryptionPart> body = List.of(new WSEncryptionPart("Body", soap, "Content"));
            if (derived) {
                WSSecDKEncrypt encryption = new WSSecDKEncrypt(header);
                encryption.setTokenIdentifier("KT-1");
                encryption.setCustomValueType(type);
                encryption.setSymmetricEncAlgorithm(WSConstants.AES_256_GCM);
                encryption.setDerivedKeyLength(32);
                encryption.getParts().addAll(body);
                encryption.build(key.getEncoded());
            } else {
                WSSecEncrypt encryption = new WSSecEncrypt(header);
                encryption.setEncryptSymmKey(false);
                encryption.setSymmetricEncAlgorithm(WSConstants.AES_256_GCM);
                encryption.setEncKeyId("KT-1");
                encryption.setCustomReferenceValue(type);
                encryption.getParts().addAll(body);
                encryption.build(Driver.crypto, KeyUtils.prepareSecretKey(WSConstants.AES_256_GCM, key.getEncoded()));
            }
        }
        header.getSecurityHeaderElement().insertBefore(token.getElement(),
            header.getSecurityHeaderElement().getFirstChild());
        return Peer.serialise(document.getDocumentElement());
    }

    static byte[] verify(byte[] message) throws Exception {
        Document document = Peer.parse(message);
        KerberosTokenValidator validator = new KerberosTokenValidator();
        validator.setContextName("service");
        validator.setServiceName(SERVICE);
        WSSConfig config = WSSConfig.getNewInstance();
        config.setValidator(WSConstants.BINARY_TOKEN, validator);
        RequestData data = new RequestData();
        data.setWssConfig(config);
        data.setSigVerCrypto(Driver.crypto);
        data.setDecCrypto(Driver.crypto);
        data.setCallbackHandler(Driver.CALLBACK);
        WSHandlerResult result = new WSSecurityEngine().processSecurityHeader(document, data);
        String principal = null;
        boolean signed = false;
        for (WSSecurityEngineResult one : result.getResults()) {
            signed |= one.get(WSSecurityEngineResult.TAG_SIGNATURE_VALUE) != null;
            if (one.get(WSSecurityEngineResult.TAG_BINARY_SECURITY_TOKEN) instanceof KerberosSecurity
                && one.get(WSSecurityEngineResult.TAG_PRINCIPAL) instanceof java.security.Principal found) {
                principal = found.getName();
                accepted = sha1((KerberosSecurity) one.get(WSSecurityEngineResult.TAG_BINARY_SECURITY_TOKEN));
                acceptedKey = (byte[]) one.get(WSSecurityEngineResult.TAG_SECRET);
            }
        }
        if (!signed || !"ann@EXAMPLE.TEST".equals(principal)) {
            throw new IllegalStateException("signed " + signed + " by " + principal);
        }
        return Peer.serialise(document.getElementsByTagNameNS("*", "Body").item(0));
    }

    static byte[] verifyStax(byte[] message) throws Exception {
        var properties = new org.apache.wss4j.stax.ext.WSSSecurityProperties();
        properties.setCallbackHandler(callbacks -> {
            for (var callback : callbacks) {
                if (callback instanceof org.apache.wss4j.common.kerberos.KerberosContextAndServiceNameCallback names) {
                    names.setContextName("service");
                    names.setServiceName(SERVICE);
                }
            }
        });
        return Peer.verifyStax(properties, message);
    }

    /** A message without a ticket: its signature names the one accepted last. */
    static byte[] reply(byte[] envelope) throws Exception {
        Document document = Peer.parse(envelope);
        WSSecHeader header = Peer.header(document);
        WSSecSignature signature = new WSSecSignature(header);
        signature.setKeyIdentifierType(WSConstants.CUSTOM_KEY_IDENTIFIER);
        signature.setCustomTokenId(accepted);
        signature.setCustomTokenValueType(WSConstants.WSS_KRB_KI_VALUE_TYPE);
        signature.setSecretKey(acceptedKey);
        signature.setSignatureAlgorithm(WSConstants.HMAC_SHA256);
        signature.setDigestAlgo(WSConstants.SHA256);
        String soap = document.getDocumentElement().getNamespaceURI();
        signature.getParts().add(new WSEncryptionPart("Body", soap, "Content"));
        signature.getParts().add(new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Element"));
        signature.build(Driver.crypto);
        return Peer.serialise(document.getDocumentElement());
    }

    static String sha1(KerberosSecurity token) throws Exception {
        byte[] digest = java.security.MessageDigest.getInstance("SHA-1").digest(token.getToken());
        return Base64.getEncoder().encodeToString(digest);
    }
}
