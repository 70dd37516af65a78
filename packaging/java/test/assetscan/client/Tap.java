package assetscan.client;

import java.util.Objects;
import java.util.function.BooleanSupplier;

/** The few lines that a test program needs: TAP output. */
final class Tap {
    private static int count;

    private Tap() {
    }

    static synchronized void ok(boolean good, String what, Object detail) {
        System.out.println((good ? "ok " : "not ok ") + ++count + " - " + what);
        if (!good) {
            System.out.println("#   " + String.valueOf(detail).replace("\n", "\n#   "));
        }
    }

    static void equal(Object got, Object wanted, String what) {
        ok(Objects.equals(got, wanted), what, "got    " + got + "\nwanted " + wanted);
    }

    static boolean until(BooleanSupplier condition, long ms) throws InterruptedException {
        long stop = System.nanoTime() + ms * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > stop) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }

    interface Part {
        void run() throws Exception;
    }

    static void part(String name, Part part) {
        try {
            part.run();
        } catch (Exception | LinkageError e) {
            java.io.StringWriter trace = new java.io.StringWriter();
            e.printStackTrace(new java.io.PrintWriter(trace));
            ok(false, name, trace);
        }
    }
}
