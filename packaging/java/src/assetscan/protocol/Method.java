package assetscan.protocol;

import java.util.function.Function;

/**
 * A method of the protocol.
 *
 * @param <P> what its parameters are; Void for none
 * @param <R> what it answers
 * @param name its name
 * @param reader makes the answer of the JSON that came
 */
public record Method<P, R>(String name, Function<Object, R> reader) {
}
