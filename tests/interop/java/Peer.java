import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import javax.xml.stream.*;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecTimestamp;
import org.apache.wss4j.stax.ext.*;
import org.apache.wss4j.stax.setup.*;
import org.w3c.dom.*;

/** What the drivers of WSS4J have in common. */
class Peer extends Lines {
    /** The identities of these names, and trust in their CA. */
    static Merlin crypto(Path folder, String... names) throws Exception {
        Merlin merlin = new Merlin();
        merlin.setKeyStore(keys(folder, names));
        merlin.setTrustStore(trust(folder));
        return merlin;
    }

    /** A Security header with a timestamp. */
    static WSSecHeader header(Document document) throws Exception {
        WSSecHeader header = new WSSecHeader(document);
        header.insertSecurityHeader();
        WSSecTimestamp timestamp = new WSSecTimestamp(header);
        timestamp.setTimeToLive(300);
        timestamp.build();
        return header;
    }

    /** What a streaming engine reads after it verified. */
    static byte[] verifyStax(WSSSecurityProperties properties, byte[] message) throws Exception {
        InboundWSSec inbound = WSSec.getInboundWSSec(properties, false, true);
        XMLInputFactory factory = XMLInputFactory.newInstance();
        XMLStreamReader reader = inbound.processInMessage(factory.createXMLStreamReader(new ByteArrayInputStream(message)));
        StringBuilder text = new StringBuilder();
        while (reader.hasNext()) {
            if (reader.next() == XMLStreamConstants.CHARACTERS) {
                text.append(reader.getText());
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
