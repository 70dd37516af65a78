// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One Windows log-on, with exactly one of password, passwordFile, ntHash, keytab and ccache.
 * @param id The name by which ranges and results refer to it; unique in the list.
 * @param protocol Always wmi here.
 * @param user DOMAIN&#92;user, user&#64;domain, .&#92;user (the host's own account) or user.
 * @param password The account's password.
 * @param passwordFile Instead of the password: path of a file that holds it, on this machine; a relative one is looked for in $CREDENTIALS_DIRECTORY first. A line end behind it is not part of it.
 * @param ntHash The NT hash instead of the password, 32 hexadecimal digits.
 * @param keytab Path of a Kerberos keytab.
 * @param ccache Path of a Kerberos credential cache.
 * @param auth Which method; negotiate tries Kerberos where a realm is known, then NTLM.
 * @param realm The Kerberos realm.
 * @param kdc Host name or address of the key distribution centre, with an optional :port.
 */
public record CredentialWmi(
        String id,
        String protocol,
        String user,
        String password,
        String passwordFile,
        String ntHash,
        String keytab,
        String ccache,
        String auth,
        String realm,
        String kdc) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static CredentialWmi of(String id, String user) {
        return new CredentialWmi(id, "wmi", user, null, null, null, null, null, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static CredentialWmi from(Map<String, Object> o) {
        return new CredentialWmi(
            In.text(o.get("id")),
            In.text(o.get("protocol")),
            In.text(o.get("user")),
            In.text(o.get("password")),
            In.text(o.get("passwordFile")),
            In.text(o.get("ntHash")),
            In.text(o.get("keytab")),
            In.text(o.get("ccache")),
            In.text(o.get("auth")),
            In.text(o.get("realm")),
            In.text(o.get("kdc")));
    }

    /**
     * The same with another password.
     * @return the new record
     */
    public CredentialWmi withPassword(String value) {
        return new CredentialWmi(id, protocol, user, value, passwordFile, ntHash, keytab, ccache, auth, realm, kdc);
    }

    /**
     * The same with another passwordFile.
     * @return the new record
     */
    public CredentialWmi withPasswordFile(String value) {
        return new CredentialWmi(id, protocol, user, password, value, ntHash, keytab, ccache, auth, realm, kdc);
    }

    /**
     * The same with another ntHash.
     * @return the new record
     */
    public CredentialWmi withNtHash(String value) {
        return new CredentialWmi(id, protocol, user, password, passwordFile, value, keytab, ccache, auth, realm, kdc);
    }

    /**
     * The same with another keytab.
     * @return the new record
     */
    public CredentialWmi withKeytab(String value) {
        return new CredentialWmi(id, protocol, user, password, passwordFile, ntHash, value, ccache, auth, realm, kdc);
    }

    /**
     * The same with another ccache.
     * @return the new record
     */
    public CredentialWmi withCcache(String value) {
        return new CredentialWmi(id, protocol, user, password, passwordFile, ntHash, keytab, value, auth, realm, kdc);
    }

    /**
     * The same with another auth.
     * @return the new record
     */
    public CredentialWmi withAuth(String value) {
        return new CredentialWmi(id, protocol, user, password, passwordFile, ntHash, keytab, ccache, value, realm, kdc);
    }

    /**
     * The same with another realm.
     * @return the new record
     */
    public CredentialWmi withRealm(String value) {
        return new CredentialWmi(id, protocol, user, password, passwordFile, ntHash, keytab, ccache, auth, value, kdc);
    }

    /**
     * The same with another kdc.
     * @return the new record
     */
    public CredentialWmi withKdc(String value) {
        return new CredentialWmi(id, protocol, user, password, passwordFile, ntHash, keytab, ccache, auth, realm, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "id", id);
        In.put(o, "protocol", protocol);
        In.put(o, "user", user);
        In.put(o, "password", password);
        In.put(o, "passwordFile", passwordFile);
        In.put(o, "ntHash", ntHash);
        In.put(o, "keytab", keytab);
        In.put(o, "ccache", ccache);
        In.put(o, "auth", auth);
        In.put(o, "realm", realm);
        In.put(o, "kdc", kdc);
        return o;
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "CredentialWmi[id=" + id + ", protocol=" + protocol + ", user=" + user + ", password=" + (password == null ? "null" : "***") + ", passwordFile=" + passwordFile + ", ntHash=" + (ntHash == null ? "null" : "***") + ", keytab=" + keytab + ", ccache=" + ccache + ", auth=" + auth + ", realm=" + realm + ", kdc=" + kdc + "]";
    }
}
