import java.security.*;

/**
 * The driver for keys on the Brainpool curves, which the JDK lacks. Its provider takes such a key and fails only when
 * it signs or verifies, too late for another one to be asked. So BouncyCastle comes first; and Santuario is told to
 * sign with it, since it asks for ECDSA under a name (inP1363Format) that only the JDK's provider has.
 */
public class Brainpool {
    public static void main(String[] args) throws Exception {
        Provider bouncyCastle = new org.bouncycastle.jce.provider.BouncyCastleProvider();
        Security.insertProviderAt(bouncyCastle, 1);
        Driver.signatures = bouncyCastle;
        Driver.main(args);
    }
}
