import java.util.*;
import java.util.regex.*;
import javax.security.auth.callback.CallbackHandler;
import org.apache.wss4j.common.bsp.BSPRule;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.dom.engine.*;
import org.apache.wss4j.dom.handler.*;
import org.apache.wss4j.stax.setup.*;
import org.apache.wss4j.stax.ext.WSSSecurityProperties;

/**
 * Every rule of the profile that an engine raises on one message: it stops at the first, so that one is ignored and the
 * message processed again.
 */
class Bsp {
    private static final Pattern RAISED = Pattern.compile("BSP:(R\\d+)");

    /** The rules, a space between two; then "|" and how the processing ended: "ok", or the first line of an error. */
    static byte[] rules(String engine, byte[] message, Merlin crypto, CallbackHandler callbacks) {
        Set<BSPRule> raised = new LinkedHashSet<>();
        String end = "ok";
        for (boolean again = true; again && raised.size() < 40; ) {
            again = false;
            try {
                if (engine.equals("dom")) {
                    dom(message, new ArrayList<>(raised), crypto, callbacks);
                } else {
                    stax(message, raised, crypto, callbacks);
                }
            } catch (Throwable error) {
                end = String.valueOf(error.getMessage());
                for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                    Matcher rule = RAISED.matcher(String.valueOf(cause.getMessage()));
                    again |= rule.find() && raised.add(BSPRule.valueOf(rule.group(1)));
                }
                if (again) {
                    end = "ok";
                }
            }
        }
        StringBuilder out = new StringBuilder();
        raised.forEach(rule -> out.append(rule.name()).append(' '));
        return (out + "|" + end.replaceAll("\\s+", " ")).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static void dom(byte[] message, List<BSPRule> ignored, Merlin crypto, CallbackHandler callbacks)
            throws Exception {
        RequestData data = new RequestData();
        data.setSigVerCrypto(crypto);
        data.setDecCrypto(crypto);
        data.setCallbackHandler(callbacks);
        data.setIgnoredBSPRules(ignored);
        data.setAllowUsernameTokenNoPassword(true);
        data.setAllowRSA15KeyTransportAlgorithm(true);
        data.setAudienceRestrictions(List.of("urn:bank"));
        data.setWssConfig(WSSConfig.getNewInstance());
        new WSSecurityEngine().processSecurityHeader(Peer.parse(message), data);
    }

    private static void stax(byte[] message, Set<BSPRule> ignored, Merlin crypto, CallbackHandler callbacks)
            throws Exception {
        WSSSecurityProperties properties = new WSSSecurityProperties();
        properties.setSignatureVerificationCrypto(crypto);
        properties.setDecryptionCrypto(crypto);
        properties.setCallbackHandler(callbacks);
        properties.setAllowUsernameTokenNoPassword(true);
        properties.setAudienceRestrictions(List.of("urn:bank"));
        // The schema would refuse much before the rules are asked.
        properties.setDisableSchemaValidation(true);
        ignored.forEach(properties::addIgnoreBSPRule);
        Peer.verifyStax(properties, message);
    }
}
