import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The lock of a fault-tolerant pair, behind ftpair's conformance wire: profile lock. */
public final class Lock {
    private static final List<String> KINDS = List.of("Contend", "TryLock", "FailHost", "LoseStorage",
            "RestoreStorage", "Pause", "Resume", "Advance");
    private static final String HELLO = """
            "ok":true,"version":"1","implementation":{"name":"Lock","language":"Java","version":"1.0"},\
            "profile":"lock","observes":["hosts","lock","copies"],"window":64,"actions":["%s"]"""
            .formatted(String.join("\",\"", KINDS));
    private static final String ERROR = """
            "ok":false,"error":{"code":"not-supported","text":"no such op, kind or configuration","definite":true}""";

    private enum Belief { NONE, CONTENDING, HOLDS }

    /** The lock at one moment: never changed, always replaced. */
    private record Lease(long generation, String holder) { }

    /** A host, and the contender on it. */
    private static final class Contender {
        final String host, copy;
        boolean up = true, storage = true, paused;
        Belief belief = Belief.NONE;
        long generation = 1;

        Contender(String host, String copy) {
            this.host = host;
            this.copy = copy;
        }

        String showHost() {
            return "\"%s\":{\"up\":%b,\"storage\":%b,\"paused\":%b}".formatted(host, up, storage, paused);
        }

        String showCopy() {
            return "\"%s\":{\"host\":\"%s\",\"belief\":\"%s\",\"generation\":%d}"
                    .formatted(copy, host, belief.name().toLowerCase(Locale.ROOT), generation);
        }
    }

    private final AtomicReference<Lease> lease = new AtomicReference<>(new Lease(1, null));
    private final List<Contender> contenders = new ArrayList<>();
    private final boolean broken;

    /** A contender on each host. What is broken has one bug: the winner leaves the generation as it was. */
    private Lock(String config, boolean broken) {
        this.broken = broken;
        String hosts = config.substring(config.indexOf("\"hosts\"")).split("\"pairs\"", 2)[0];
        for (Matcher id = field("id").matcher(hosts); id.find(); ) {
            contenders.add(new Contender(id.group(1), "p1." + (contenders.size() + 1)));
        }
    }

    /** Takes the lock for a copy if the lock still has the generation that the copy believes in. */
    private boolean testAndSet(Contender it) {
        Lease seen;
        Lease next;
        do {
            seen = lease.get();
            next = new Lease(broken ? seen.generation : seen.generation + 1, it.copy);
        } while (seen.generation == it.generation && !lease.compareAndSet(seen, next));
        boolean won = seen.generation == it.generation;
        it.generation = won ? next.generation : it.generation;
        return won;
    }

    /** The guard that refuses the action, or null. */
    private static String refusal(String kind, Contender it) {
        String down = it.up ? null : "down";
        String idle = down == null && it.paused ? "paused" : down;
        return switch (kind) {
            case "Contend" -> idle == null && it.belief == Belief.CONTENDING ? "phase" : idle;
            case "TryLock" -> idle != null ? idle : it.belief != Belief.CONTENDING ? "phase"
                    : it.storage ? null : "storage";
            case "LoseStorage" -> down == null && !it.storage ? "storage" : down;
            case "RestoreStorage" -> it.storage ? "connected" : null;
            case "Pause" -> idle;
            case "Resume" -> it.paused ? null : "running";
            default -> down;
        };
    }

    private void take(String kind, Contender it, long generation) {
        switch (kind) {
            case "Contend" -> {
                it.belief = Belief.CONTENDING;
                it.generation = generation;
            }
            case "TryLock" -> it.belief = testAndSet(it) ? Belief.HOLDS : Belief.NONE;
            case "FailHost" -> {
                it.up = it.paused = false;
                it.belief = Belief.NONE;
                lease.updateAndGet(now -> it.copy.equals(now.holder) ? new Lease(now.generation, null) : now);
            }
            case "Pause", "Resume" -> it.paused = kind.equals("Pause");
            default -> it.storage = kind.equals("RestoreStorage");
        }
        if (it.belief == Belief.HOLDS && !it.storage && !it.paused) {
            it.belief = Belief.CONTENDING;
        }
    }

    /** Takes an action, or refuses it: the answer, but for its number. */
    private String apply(String ask) {
        String kind = read(ask, "kind", "");
        String name = read(ask, "copy", read(ask, "host", ""));
        if (!KINDS.contains(kind)) {
            return ERROR;
        }
        Contender it = contenders.stream().filter(one -> name.equals(ask.contains("\"copy\"") ? one.copy : one.host))
                .findAny().orElse(null);
        String refused = kind.equals("Advance") ? null : it == null ? "unknown" : refusal(kind, it);
        if (refused == null && it != null) {
            take(kind, it, Long.parseLong(read(ask, "generation", "1")));
        }
        return (refused == null ? "\"ok\":true," : "\"ok\":true,\"refused\":\"" + refused + "\",") + state();
    }

    private String state() {
        Lease now = lease.get();
        return "\"state\":{\"lock\":{\"generation\":%d,\"holder\":%s},\"hosts\":{%s},\"copies\":{%s}}".formatted(
                now.generation, now.holder == null ? null : '"' + now.holder + '"',
                contenders.stream().map(Contender::showHost).collect(Collectors.joining(",")),
                contenders.stream().map(Contender::showCopy).collect(Collectors.joining(",")));
    }

    /** A field that is a string or a number. The asks are written by a machine: none has a field twice. */
    private static String read(String ask, String name, String otherwise) {
        Matcher field = field(name).matcher(ask);
        return field.find() ? field.group(1) : otherwise;
    }

    private static Pattern field(String name) {
        return Pattern.compile('"' + name + "\"\\s*:\\s*\"?([^\"\\\\,}\\s]*)");
    }

    public static void main(String[] args) throws IOException {
        boolean broken = List.of(args).contains("--broken");
        BufferedReader asks = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Lock lock = null;
        String op = "";
        for (String ask; !op.equals("bye") && (ask = asks.readLine()) != null; ) {
            op = read(ask, "op", "");
            if (op.equals("reset")) {
                lock = new Lock(ask, broken);
            }
            String answer = switch (op) {
                case "hello" -> HELLO;
                case "bye" -> "\"ok\":true";
                case "reset" -> "\"ok\":true," + lock.state();
                case "apply" -> lock == null ? ERROR : lock.apply(ask);
                default -> ERROR;
            };
            System.out.println("{\"seq\":" + read(ask, "seq", "0") + "," + answer + "}");
        }
    }
}
