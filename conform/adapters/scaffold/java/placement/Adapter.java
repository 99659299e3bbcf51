import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An adapter for ftpair, profile placement: which host takes a copy (docs/profiles.md, docs/wire.md). */
public final class Adapter {
    /** The actions are what can be asked: take out what the implementation does not have. */
    private static final String HELLO = """
            "implementation":{"name":"my-scheduler","language":"Java","version":"0.1"},\
            "profile":"placement","observes":[],"window":64,"actions":[\
            "PowerOn","SpawnSecondary","Migrate"]""";

    private static String reset(String ask) {
        // here: take in the cluster of "config", as often as asked: hosts, pairs, limits, groups, rules
        return "\"ok\":true";
    }

    private static String apply(String ask) {
        // here: answer the question. Where may the copy of "action" go in the state of "state"? Return "ok":true and
        // "host":"h2", or "refused":"why" if no host may take it. To read the state takes a parser of JSON.
        return "\"skipped\":\"not built yet\"";
    }

    // The wire, whatever the profile: asks come on stdin, answers go to stdout, one JSON object a line. Nothing needs
    // to be changed from here on. Logs go to stderr: stdout belongs to the wire.

    /** A field of an action that is a text or a number, or "". It is no parser of JSON. */
    private static String field(String ask, String name) {
        Matcher field = Pattern.compile('"' + name + "\"\\s*:\\s*\"?([^\"\\\\,}\\s]*)").matcher(ask);
        return field.find() ? field.group(1) : "";
    }

    private static String answer(String op, String ask) {
        return switch (op) {
            case "hello" -> "\"ok\":true,\"version\":\"1\"," + HELLO;
            case "reset" -> reset(ask);
            case "apply" -> apply(ask);
            case "bye" -> "\"ok\":true";
            default -> "\"ok\":false,\"error\":{\"code\":\"malformed\",\"text\":\"unknown op\",\"definite\":true}";
        };
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
