package assetscan.client;

import assetscan.protocol.Event;
import assetscan.protocol.JsonValue;
import assetscan.protocol.Method;
import assetscan.protocol.Methods;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Reads a line, writes what became of it: so that somebody else can judge the records and the JSON.
 *
 * <pre>
 *   {"kind": "event" | "params" | "result", "name": "scan.host", "value": {...}}   through the record
 *   base64 of a text                                                    through the JSON reader
 * </pre>
 */
public final class Mirror {
    private Mirror() {
    }

    @SuppressWarnings("unchecked")
    private static Object through(Map<String, Object> m) throws ReflectiveOperationException {
        String name = (String) m.get("name");
        Object value = m.get("value");
        switch ((String) m.get("kind")) {
            case "event":
                Event event = Event.of(name, (Map<String, Object>) value);
                return event instanceof JsonValue v && event.method().equals(name) ? v : Map.of("unknown", name);
            case "params":
                StringBuilder type = new StringBuilder("assetscan.protocol.");
                for (String word : name.split("\\.")) {
                    type.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
                }
                return Class.forName(type + "Params").getMethod("from", Map.class).invoke(null, value);
            default:
                for (Method<?, ?> method : Methods.ALL) {
                    if (method.name().equals(name)) {
                        return method.reader().apply(value);
                    }
                }
                return Map.of("unknown", name);
        }
    }

    @SuppressWarnings("unchecked")
    private static String mirrored(String line) throws ReflectiveOperationException {
        try {
            if (line.startsWith("{")) {
                return Json.write(through((Map<String, Object>) Json.read(line)));
            }
            String text = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8);
            return Json.write(Arrays.asList("read", Json.read(text)));
        } catch (JsonException e) {
            return Json.write(List.of("refused", e.getMessage()));
        }
    }

    /**
     * From standard input to standard output.
     *
     * @param args none
     * @throws Exception when the records lack something
     */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(mirrored(line));
        }
        out.flush();
    }
}
