package assetscan.client;

import assetscan.protocol.JsonValue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON (RFC 8259) as text and as objects of Java: Map with text keys in their order, List, String,
 * Long, Double, BigDecimal for whole numbers beyond 64 bits, Boolean, null.
 *
 * <p>Strict: nothing that is not JSON is taken, nesting is bounded, a name given twice counts the
 * second time. Writing takes a {@link JsonValue} wherever it takes a Map.
 */
public final class Json {
    /** How deep arrays and objects may be nested; the helper's own limit. */
    public static final int DEPTH = 64;

    private final String text;
    private int at;
    private int depth;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads a whole text.
     *
     * @param text one JSON value, blanks around it
     * @return the value
     * @throws JsonException when it is not JSON; says where
     */
    public static Object read(String text) throws JsonException {
        Json in = new Json(text);
        in.blanks();
        Object value = in.value();
        in.blanks();
        if (in.at < text.length()) {
            throw in.wrong("something behind the value");
        }
        return value;
    }

    /**
     * Writes a value on one line.
     *
     * @param value what {@link #read} gives, JsonValue, other Numbers, arrays of objects
     * @return the text
     * @throws IllegalArgumentException when JSON cannot hold it
     */
    public static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, 0);
        return out.toString();
    }

    // --- reading -------------------------------------------------------------------------

    private JsonException wrong(String why) {
        return new JsonException(why + " at character " + at);
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private void blanks() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    private Object value() throws JsonException {
        switch (peek()) {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Object word(String word, Object value) throws JsonException {
        if (!text.startsWith(word, at)) {
            throw wrong("no value");
        }
        at += word.length();
        return value;
    }

    private void deeper() throws JsonException {
        if (++depth > DEPTH) {
            throw wrong("nested deeper than " + DEPTH);
        }
        at++;
        blanks();
    }

    /** Behind an item: true when the closing mark follows, false when another item does. */
    private boolean closed(char mark) throws JsonException {
        blanks();
        int c = peek();
        if (c != mark && c != ',') {
            throw wrong("no comma or " + mark);
        }
        at++;
        if (c == mark) {
            depth--;
            return true;
        }
        blanks();
        return false;
    }

    private Map<String, Object> object() throws JsonException {
        Map<String, Object> out = new LinkedHashMap<>();
        deeper();
        if (peek() == '}') {
            at++;
            depth--;
            return out;
        }
        do {
            if (peek() != '"') {
                throw wrong("no name");
            }
            String name = string();
            blanks();
            if (peek() != ':') {
                throw wrong("no colon");
            }
            at++;
            blanks();
            out.put(name, value());
        } while (!closed('}'));
        return out;
    }

    private List<Object> array() throws JsonException {
        List<Object> out = new ArrayList<>();
        deeper();
        if (peek() == ']') {
            at++;
            depth--;
            return out;
        }
        do {
            out.add(value());
        } while (!closed(']'));
        return out;
    }

    private String string() throws JsonException {
        StringBuilder out = null;
        int from = ++at;
        for (;;) {
            int c = peek();
            if (c < ' ') {
                throw wrong(c < 0 ? "a string without end" : "a control character in a string");
            }
            at++;
            if (c == '"') {
                String rest = text.substring(from, at - 1);
                return out == null ? rest : out.append(rest).toString();
            }
            if (c == '\\') {
                out = out == null ? new StringBuilder() : out;
                out.append(text, from, at - 1).append(escaped());
                from = at;
            }
        }
    }

    private char escaped() throws JsonException {
        int c = peek();
        int which = "\"\\/bfnrt".indexOf(c);
        at++;
        if (c == 'u') {
            return unit();
        }
        if (c < 0 || which < 0) {
            at--;
            throw wrong("no escape");
        }
        return "\"\\/\b\f\n\r\t".charAt(which);
    }

    private char unit() throws JsonException {
        int unit = 0;
        for (int i = 0; i < 4; i++, at++) {
            int c = peek();
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (c < 0 || digit < 0) {
                throw wrong("no four hexadecimal digits");
            }
            unit = unit * 16 + digit;
        }
        return (char) unit;
    }

    private int digits() throws JsonException {
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == from) {
            throw wrong(from == text.length() ? "the text ends" : "no value");
        }
        return at - from;
    }

    private Number number() throws JsonException {
        int from = at;
        boolean whole = true;
        if (peek() == '-') {
            at++;
        }
        boolean zero = peek() == '0';
        if (digits() > 1 && zero) {
            throw wrong("a number that begins with 0");
        }
        if (peek() == '.') {
            whole = false;
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            whole = false;
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        return number(text.substring(from, at), whole);
    }

    private Number number(String digits, boolean whole) throws JsonException {
        if (whole && digits.length() < 19) {
            return Long.valueOf(digits);
        }
        if (whole && digits.length() > 1000) {
            throw wrong("a number without end");
        }
        if (whole) {
            BigDecimal big = new BigDecimal(digits);
            boolean fits = big.compareTo(BigDecimal.valueOf(Long.MIN_VALUE)) >= 0
                && big.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
            return fits ? (Number) big.longValueExact() : big;
        }
        double real = Double.parseDouble(digits);
        if (Double.isInfinite(real)) {
            throw wrong("a number that is too large");
        }
        return real;
    }

    // --- writing -------------------------------------------------------------------------

    private static void write(StringBuilder out, Object value, int depth) {
        if (depth > DEPTH) {
            throw new IllegalArgumentException("nested deeper than " + DEPTH);
        }
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof CharSequence) {
            write(out, (CharSequence) value);
        } else if (value instanceof Number) {
            write(out, (Number) value);
        } else if (value instanceof JsonValue) {
            write(out, ((JsonValue) value).json(), depth);
        } else if (value instanceof Map) {
            write(out, (Map<?, ?>) value, depth);
        } else if (value instanceof Iterable) {
            write(out, (Iterable<?>) value, depth);
        } else if (value instanceof Object[]) {
            write(out, List.of((Object[]) value), depth);
        } else {
            throw new IllegalArgumentException("JSON has nothing for a " + value.getClass().getName());
        }
    }

    private static void write(StringBuilder out, Map<?, ?> map, int depth) {
        String comma = "{";
        for (Map.Entry<?, ?> e : map.entrySet()) {
            out.append(comma);
            write(out, (CharSequence) e.getKey());
            out.append(':');
            write(out, e.getValue(), depth + 1);
            comma = ",";
        }
        out.append(map.isEmpty() ? "{}" : "}");
    }

    private static void write(StringBuilder out, Iterable<?> list, int depth) {
        String comma = "";
        out.append('[');
        for (Object o : list) {
            out.append(comma);
            write(out, o, depth + 1);
            comma = ",";
        }
        out.append(']');
    }

    private static void write(StringBuilder out, Number n) {
        double real = n.doubleValue();
        if ((n instanceof Double || n instanceof Float) && !Double.isFinite(real)) {
            throw new IllegalArgumentException("JSON has no " + n);
        }
        out.append(n);
    }

    private static void write(StringBuilder out, CharSequence s) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            boolean pair = Character.isHighSurrogate(c) && i + 1 < s.length()
                && Character.isLowSurrogate(s.charAt(i + 1));
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (pair) {
                out.append(c).append(s.charAt(++i));
            } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
