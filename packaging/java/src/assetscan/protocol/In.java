package assetscan.protocol;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Values of JSON as the records want them. A value of another kind is a ClassCastException. */
final class In {
    private In() {
    }

    static String text(Object x) {
        return (String) x;
    }

    static Long whole(Object x) {
        return x == null ? null : ((Number) x).longValue();
    }

    static Double real(Object x) {
        return x == null ? null : ((Number) x).doubleValue();
    }

    static Boolean truth(Object x) {
        return (Boolean) x;
    }

    static long wholeOrZero(Object x) {
        return x == null ? 0 : whole(x);
    }

    static double realOrZero(Object x) {
        return x == null ? 0 : real(x);
    }

    static boolean truthOrZero(Object x) {
        return x != null && truth(x);
    }

    /** A JSON object; its reader gives no other keys than text. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object x) {
        return (Map<String, Object>) x;
    }

    static <T> T record(Object x, Function<Map<String, Object>, T> from) {
        return x == null ? null : from.apply(object(x));
    }

    static <T> List<T> list(Object x, Function<Object, T> item) {
        if (x == null) {
            return null;
        }
        List<T> out = new ArrayList<>();
        for (Object o : (List<?>) x) {
            out.add(item.apply(o));
        }
        return Collections.unmodifiableList(out);
    }

    static <T> Map<String, T> map(Object x, Function<Object, T> value) {
        if (x == null) {
            return null;
        }
        Map<String, T> out = new LinkedHashMap<>();
        object(x).forEach((k, v) -> out.put(k, value.apply(v)));
        return Collections.unmodifiableMap(out);
    }

    static void put(Map<String, Object> o, String name, Object value) {
        if (value != null) {
            o.put(name, value);
        }
    }
}
