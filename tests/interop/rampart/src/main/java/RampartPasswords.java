import javax.security.auth.callback.*;
import org.apache.ws.security.WSPasswordCallback;

/** The password of every key. Rampart makes one by the name of the class. */
public class RampartPasswords implements CallbackHandler {
    @Override
    public void handle(Callback[] callbacks) {
        for (Callback callback : callbacks) {
            if (callback instanceof WSPasswordCallback c) {
                c.setPassword(Lines.PASSWORD);
            }
        }
    }
}
