import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An adapter for ftpair, profile pair: the whole protocol (docs/spec/core.md, docs/wire.md). */
public final class Adapter {
    /**
     * Next, declare in observes what show() shows, like "hosts.*.up" or "pairs.*.lock": until then nothing is compared.
     * The actions are what can be asked: take out what the implementation does not have.
     */
    private static final String HELLO = """
            "implementation":{"name":"my-ft","language":"Java","version":"0.1"},\
            "profile":"pair","observes":[],"window":64,"actions":[\
            "Record","Deliver","Ack","Release","BeginLockstep","JoinLockstep","SpawnSecondary","TryLock",\
            "Suspect","AbandonSync","SyncLost","HaRestart","PowerOn","PowerOff","TurnOnFT",\
            "TurnOffFT","SuspendFT","ResumeFT","Register","TestFailover",\
            "TestRestartSecondary","Migrate","EnterMaintenance","ExitMaintenance","RecoverHost","HealLink",\
            "RestoreStorage","CrashCopy","FailHost","CutLink","LoseStorage",\
            "ActivateRule","DeactivateRule","ExposeLink","SecureLink","Tick"]""";

    private static String show() {
        // here: show the state, exactly the fields that observes names
        return "\"state\":{}";
    }

    private static String reset(String ask) {
        // here: begin anew in the cluster of "config", as often as asked: every host up, every pair off
        return "\"ok\":true," + show();
    }

    private static String apply(String ask) {
        // here: take the action, of the kind field(ask, "kind"), and return "ok":true, then "refused":"why" if the
        // protocol does not allow it now, then show()
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
