package assetscan.client;

/**
 * The helper ended, or the way to it was lost, before it answered. What it had scanned and not
 * posted waits in its outbox.
 */
public final class HelperGoneException extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String said;

    HelperGoneException(String message, int status, String said) {
        super(message + (said.isEmpty() ? "" : ": " + said.substring(said.lastIndexOf('\n') + 1)));
        this.status = status;
        this.said = said;
    }

    /**
     * The exit status of the process: 0 after an orderly end, 128 + signal when killed, 255 from ssh
     * when the link was lost.
     *
     * @return the status; -1: it has none yet
     */
    public int status() {
        return status;
    }

    /**
     * The last lines that it wrote on standard error.
     *
     * @return lines, or ""
     */
    public String said() {
        return said;
    }
}
