package assetscan.protocol;

import java.util.Map;

/** What can be written as a JSON object. */
public interface JsonValue {
    /**
     * The members that are there; null ones are left out.
     *
     * @return a new map, in the order of the protocol's description
     */
    Map<String, Object> json();
}
