// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One SSH log-on, with exactly one of password, passwordFile, privateKey, privateKeyFile and agent.
 * @param id The name by which ranges and results refer to it; unique in the list.
 * @param protocol Always ssh here.
 * @param user The account on the host.
 * @param password Used for the password and the keyboard-interactive method; both together are one attempt.
 * @param passwordFile Instead of the password: path of a file that holds it, on this machine; a relative one is looked for in $CREDENTIALS_DIRECTORY first. A line end behind it is not part of it.
 * @param privateKey The private key as text, OpenSSH or PEM format (ed25519, ECDSA, RSA).
 * @param privateKeyFile Path of a private key file, read when the request is checked.
 * @param agent true: the agent at SSH_AUTH_SOCK; text: the path of the agent's socket.
 * @param passphrase Opens an encrypted private key.
 * @param passphraseFile Instead of the passphrase: path of a file that holds it, on this machine; a relative one is looked for in $CREDENTIALS_DIRECTORY first. A line end behind it is not part of it.
 */
public record CredentialSsh(
        String id,
        String protocol,
        String user,
        String password,
        String passwordFile,
        String privateKey,
        String privateKeyFile,
        Object agent,
        String passphrase,
        String passphraseFile) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static CredentialSsh of(String id, String user) {
        return new CredentialSsh(id, "ssh", user, null, null, null, null, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static CredentialSsh from(Map<String, Object> o) {
        return new CredentialSsh(
            In.text(o.get("id")),
            In.text(o.get("protocol")),
            In.text(o.get("user")),
            In.text(o.get("password")),
            In.text(o.get("passwordFile")),
            In.text(o.get("privateKey")),
            In.text(o.get("privateKeyFile")),
            o.get("agent"),
            In.text(o.get("passphrase")),
            In.text(o.get("passphraseFile")));
    }

    /**
     * The same with another password.
     * @return the new record
     */
    public CredentialSsh withPassword(String value) {
        return new CredentialSsh(id, protocol, user, value, passwordFile, privateKey, privateKeyFile, agent, passphrase, passphraseFile);
    }

    /**
     * The same with another passwordFile.
     * @return the new record
     */
    public CredentialSsh withPasswordFile(String value) {
        return new CredentialSsh(id, protocol, user, password, value, privateKey, privateKeyFile, agent, passphrase, passphraseFile);
    }

    /**
     * The same with another privateKey.
     * @return the new record
     */
    public CredentialSsh withPrivateKey(String value) {
        return new CredentialSsh(id, protocol, user, password, passwordFile, value, privateKeyFile, agent, passphrase, passphraseFile);
    }

    /**
     * The same with another privateKeyFile.
     * @return the new record
     */
    public CredentialSsh withPrivateKeyFile(String value) {
        return new CredentialSsh(id, protocol, user, password, passwordFile, privateKey, value, agent, passphrase, passphraseFile);
    }

    /**
     * The same with another agent.
     * @return the new record
     */
    public CredentialSsh withAgent(Object value) {
        return new CredentialSsh(id, protocol, user, password, passwordFile, privateKey, privateKeyFile, value, passphrase, passphraseFile);
    }

    /**
     * The same with another passphrase.
     * @return the new record
     */
    public CredentialSsh withPassphrase(String value) {
        return new CredentialSsh(id, protocol, user, password, passwordFile, privateKey, privateKeyFile, agent, value, passphraseFile);
    }

    /**
     * The same with another passphraseFile.
     * @return the new record
     */
    public CredentialSsh withPassphraseFile(String value) {
        return new CredentialSsh(id, protocol, user, password, passwordFile, privateKey, privateKeyFile, agent, passphrase, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "id", id);
        In.put(o, "protocol", protocol);
        In.put(o, "user", user);
        In.put(o, "password", password);
        In.put(o, "passwordFile", passwordFile);
        In.put(o, "privateKey", privateKey);
        In.put(o, "privateKeyFile", privateKeyFile);
        In.put(o, "agent", agent);
        In.put(o, "passphrase", passphrase);
        In.put(o, "passphraseFile", passphraseFile);
        return o;
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "CredentialSsh[id=" + id + ", protocol=" + protocol + ", user=" + user + ", password=" + (password == null ? "null" : "***") + ", passwordFile=" + passwordFile + ", privateKey=" + (privateKey == null ? "null" : "***") + ", privateKeyFile=" + privateKeyFile + ", agent=" + agent + ", passphrase=" + (passphrase == null ? "null" : "***") + ", passphraseFile=" + passphraseFile + "]";
    }
}
