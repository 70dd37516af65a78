// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

/** The step of the work in which it happened. A later helper may have more of them. */
public final class Stage {
    /** The word "request". */
    public static final String REQUEST = "request";
    /** The word "resolve". */
    public static final String RESOLVE = "resolve";
    /** The word "ping". */
    public static final String PING = "ping";
    /** The word "connect". */
    public static final String CONNECT = "connect";
    /** The word "handshake". */
    public static final String HANDSHAKE = "handshake";
    /** The word "hostkey". */
    public static final String HOSTKEY = "hostkey";
    /** The word "logon". */
    public static final String LOGON = "logon";
    /** The word "alive". */
    public static final String ALIVE = "alive";
    /** The word "bind". */
    public static final String BIND = "bind";
    /** The word "activate". */
    public static final String ACTIVATE = "activate";
    /** The word "port". */
    public static final String PORT = "port";
    /** The word "namespace". */
    public static final String NAMESPACE = "namespace";
    /** The word "query". */
    public static final String QUERY = "query";
    /** The word "registry". */
    public static final String REGISTRY = "registry";
    /** The word "shell". */
    public static final String SHELL = "shell";
    /** The word "facts". */
    public static final String FACTS = "facts";
    /** The word "map". */
    public static final String MAP = "map";
    /** The word "search". */
    public static final String SEARCH = "search";
    /** The word "write". */
    public static final String WRITE = "write";
    /** The word "outbox". */
    public static final String OUTBOX = "outbox";
    /** The word "state". */
    public static final String STATE = "state";

    private Stage() {
    }
}
