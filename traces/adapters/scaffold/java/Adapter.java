import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An adapter for ftpair's conformance wire, profile lock: asks come on stdin, answers go to stdout, one JSON object a
 * line. Logs go to stderr: stdout belongs to the wire, which is documented in docs/wire.md of ftpair.
 */
public final class Adapter {
    /**
     * Next, declare in observes what show() shows, like "lock" or "copies.*.belief": until then nothing is compared.
     * The actions are what can be asked: take out what the implementation does not have.
     */
    private static final String HELLO = """
            "ok":true,"version":"1","implementation":{"name":"my-lock","language":"Java","version":"0.1"},\
            "profile":"lock","observes":[],"window":64,"actions":["Contend","TryLock","FailHost",\
            "LoseStorage","RestoreStorage","Pause","Resume","Advance"]""";

    private static String show() {
        // here: show the state, exactly the fields that observes names
        return "\"state\":{}";
    }

    /** The answer to an ask, but for its number. */
    private static String answer(String op, String ask) {
        return switch (op) {
            case "hello" -> HELLO;
            // Begin anew, as often as asked: the n-th host of the config runs p1.n.
            case "reset" -> "\"ok\":true," + show();
            // here: take the action, and answer "ok":true, then "refused":"why" if it was refused, then show()
            case "apply" -> "\"skipped\":\"not built yet\"";
            case "bye" -> "\"ok\":true";
            default -> "\"ok\":false,\"error\":{\"code\":\"malformed\",\"text\":\"unknown op\",\"definite\":true}";
        };
    }

    /**
     * A field that is a text or a number, or "". Enough for what the wire asks of a lock: kind, copy, host, generation,
     * and the id of each host of a config. It is no parser of JSON.
     */
    private static String field(String ask, String name) {
        Matcher field = Pattern.compile('"' + name + "\"\\s*:\\s*\"?([^\"\\\\,}\\s]*)").matcher(ask);
        return field.find() ? field.group(1) : "";
    }

    public static void main(String[] args) throws IOException {
        BufferedReader asks = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String op = "";
        for (String ask; !op.equals("bye") && (ask = asks.readLine()) != null; ) {
            String seq = field(ask, "seq");
            op = field(ask, "op");
            if (seq.matches("[1-9][0-9]*")) System.out.println("{\"seq\":" + seq + "," + answer(op, ask) + "}");
            else System.err.println("not an ask: " + ask);
        }
    }
}
