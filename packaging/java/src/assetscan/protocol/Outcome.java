// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

/**
 * created, updated, unchanged; skipped: not written on purpose; ambiguous: more than one asset
 * matches, nothing was changed; queued: waits in the outbox; failed: refused for good; dry_run: would
 * be written. A later helper may have more of them.
 */
public final class Outcome {
    /** The word "created". */
    public static final String CREATED = "created";
    /** The word "updated". */
    public static final String UPDATED = "updated";
    /** The word "unchanged". */
    public static final String UNCHANGED = "unchanged";
    /** The word "skipped". */
    public static final String SKIPPED = "skipped";
    /** The word "ambiguous". */
    public static final String AMBIGUOUS = "ambiguous";
    /** The word "queued". */
    public static final String QUEUED = "queued";
    /** The word "failed". */
    public static final String FAILED = "failed";
    /** The word "dry_run". */
    public static final String DRY_RUN = "dry_run";

    private Outcome() {
    }
}
