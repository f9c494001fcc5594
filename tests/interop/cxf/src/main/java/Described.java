import java.io.StringReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import javax.activation.DataHandler;
import javax.xml.namespace.QName;
import javax.xml.transform.Source;
import javax.xml.transform.stream.StreamSource;
import javax.xml.ws.*;
import javax.xml.ws.handler.MessageContext;
import org.apache.cxf.BusFactory;
import org.apache.cxf.attachment.ByteDataSource;
import org.apache.cxf.jaxws.EndpointImpl;
import org.apache.cxf.ws.policy.WSPolicyFeature;

/** CXF by a description of the service S with the port P, whose policies are attached where they are; and with attachments. */
class Described {
    static final QName SERVICE = new QName("urn:bank", "S");
    static final QName PORT = new QName("urn:bank", "P");
    static final String PHOTO = "a photo of Ann";

    static Path file(byte[] wsdl) throws Exception {
        Path file = Files.createTempFile("described", ".wsdl");
        Files.write(file, wsdl);
        file.toFile().deleteOnExit();
        return file;
    }

    static void publish(byte[] wsdl, Map<String, Object> properties, String address) throws Exception {
        EndpointImpl endpoint = new EndpointImpl(BusFactory.getDefaultBus(), new Cxf.Bank());
        endpoint.setWsdlLocation(file(wsdl).toUri().toString());
        endpoint.setServiceName(SERVICE);
        endpoint.setEndpointName(PORT);
        endpoint.getFeatures().add(new WSPolicyFeature());
        endpoint.setProperties(new HashMap<>(properties));
        endpoint.publish(address);
    }

    static byte[] call(byte[] wsdl, Map<String, Object> properties, String address, String body) throws Exception {
        URL location = file(wsdl).toUri().toURL();
        Dispatch<Source> dispatch = Service.create(location, SERVICE)
            .createDispatch(PORT, Source.class, Service.Mode.PAYLOAD, new WSPolicyFeature());
        dispatch.getRequestContext().putAll(properties);
        dispatch.getRequestContext().put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, address);
        // The operation is the one whose element the payload is.
        dispatch.getRequestContext().put("find.dispatch.operation", Boolean.TRUE);
        return Cxf.text(dispatch.invoke(new StreamSource(new StringReader(body)))).getBytes(StandardCharsets.UTF_8);
    }

    /** What a call sends beside its Body. */
    static Map<String, DataHandler> photo() {
        ByteDataSource source = new ByteDataSource(PHOTO.getBytes(StandardCharsets.UTF_8), "image/png");
        return new HashMap<>(Map.of("photo@bank", new DataHandler(source)));
    }

    /** With the attachment. */
    static byte[] withPhoto(Dispatch<Source> dispatch, String body) throws Exception {
        dispatch.getRequestContext().put(MessageContext.OUTBOUND_MESSAGE_ATTACHMENTS, photo());
        return Cxf.text(dispatch.invoke(new StreamSource(new StringReader(body)))).getBytes(StandardCharsets.UTF_8);
    }
}
