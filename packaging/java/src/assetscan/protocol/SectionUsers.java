// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is logged on, local accounts and groups.
 * @param user Who works at the computer; null: nothing came.
 * @param account Local accounts, a row each.
 * @param group Local groups, a row each.
 * @param session Sessions, local and remote, a row each.
 * @param missing What is not there, and why.
 */
public record SectionUsers(
        User user,
        List<Account> account,
        List<Group> group,
        List<Session> session,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionUsers from(Map<String, Object> o) {
        return new SectionUsers(
            In.record(o.get("user"), User::from),
            In.list(o.get("account"), x -> In.record(x, Account::from)),
            In.list(o.get("group"), x -> In.record(x, Group::from)),
            In.list(o.get("session"), x -> In.record(x, Session::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "user", user);
        In.put(o, "account", account);
        In.put(o, "group", group);
        In.put(o, "session", session);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * Who works at the computer; null: nothing came.
     * @param current Who works at it now.
     * @param last Who worked at it last.
     * @param lastTime When.
     */
    public record User(
            String current,
            String last,
            String lastTime) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static User from(Map<String, Object> o) {
            return new User(
                In.text(o.get("current")),
                In.text(o.get("last")),
                In.text(o.get("lastTime")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "current", current);
            In.put(o, "last", last);
            In.put(o, "lastTime", lastTime);
            return o;
        }
    }

    /**
     * One row.
     * @param name Account name.
     * @param fullName Name of the person.
     * @param id Uid or SID.
     * @param home Home folder.
     * @param shell Log-in shell.
     * @param disabled Switched off.
     * @param admin Member of the administrators.
     * @param last Last log-on.
     * @param groups Local groups it is in.
     */
    public record Account(
            String name,
            String fullName,
            String id,
            String home,
            String shell,
            Boolean disabled,
            Boolean admin,
            String last,
            List<Object> groups) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Account from(Map<String, Object> o) {
            return new Account(
                In.text(o.get("name")),
                In.text(o.get("fullName")),
                In.text(o.get("id")),
                In.text(o.get("home")),
                In.text(o.get("shell")),
                In.truth(o.get("disabled")),
                In.truth(o.get("admin")),
                In.text(o.get("last")),
                In.list(o.get("groups"), x -> x));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "fullName", fullName);
            In.put(o, "id", id);
            In.put(o, "home", home);
            In.put(o, "shell", shell);
            In.put(o, "disabled", disabled);
            In.put(o, "admin", admin);
            In.put(o, "last", last);
            In.put(o, "groups", groups);
            return o;
        }
    }

    /**
     * One row.
     * @param name Name.
     * @param id Gid or SID.
     * @param members Members.
     * @param admin Its members administrate the computer.
     */
    public record Group(
            String name,
            String id,
            List<Object> members,
            Boolean admin) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Group from(Map<String, Object> o) {
            return new Group(
                In.text(o.get("name")),
                In.text(o.get("id")),
                In.list(o.get("members"), x -> x),
                In.truth(o.get("admin")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "id", id);
            In.put(o, "members", members);
            In.put(o, "admin", admin);
            return o;
        }
    }

    /**
     * One row.
     * @param user Account.
     * @param type Console, ssh, rdp ....
     * @param from Remote address or name.
     * @param terminal Tty or session name.
     * @param since Since when, as the host says it.
     */
    public record Session(
            String user,
            String type,
            String from,
            String terminal,
            String since) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Session from(Map<String, Object> o) {
            return new Session(
                In.text(o.get("user")),
                In.text(o.get("type")),
                In.text(o.get("from")),
                In.text(o.get("terminal")),
                In.text(o.get("since")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "user", user);
            In.put(o, "type", type);
            In.put(o, "from", from);
            In.put(o, "terminal", terminal);
            In.put(o, "since", since);
            return o;
        }
    }
}
