/*
 * The protocol of docs/spec/core.md, once more, for SPIN: a peer of the model that shares no code with it.
 *
 * One process, one control state, and one d_step for each action instance: so SPIN stores a state for each state
 * of the model, and takes a transition for each of its actions. A copy is identified by its host, there being at most one
 * of a pair on each. The limits of hosts and the affinity rules are left out: they bind in none of the scopes.
 *
 * The scope, by -D: HOSTS (3 or 4), PAIRS (1 or 2), LOG, GENERATIONS, FAULTS; POWEROFF and FENCES, the largest
 * generations at which PowerOff and the test operations are offered; MIGRATE, MAINTENANCE and TESTS (1: offered).
 * With -DASSERTIONS every step is checked.
 */

#ifndef HOSTS
#define HOSTS 3
#endif
#ifndef PAIRS
#define PAIRS 1
#endif
#ifndef LOG
#define LOG 0
#endif
#ifndef GENERATIONS
#define GENERATIONS 5
#endif
#ifndef FAULTS
#define FAULTS 0
#endif
#ifndef POWEROFF
#define POWEROFF 0
#endif
#ifndef FENCES
#define FENCES 0
#endif
#ifndef MIGRATE
#define MIGRATE 0
#endif
#ifndef MAINTENANCE
#define MAINTENANCE 0
#endif
#ifndef TESTS
#define TESTS 0
#endif

/* What the widths of the variables can hold. */
#if HOSTS < 3 || HOSTS > 4 || PAIRS < 1 || PAIRS > 2 || LOG > 3 || GENERATIONS > 7 || FAULTS > 7
#error "no such scope"
#endif

/* The bits of a log. A width must be a plain number. */
#if LOG < 2
#define LOGBITS 3
#elif LOG == 2
#define LOGBITS 6
#else
#define LOGBITS 9
#endif

/* Role and phase of a copy. */
#define NONE 0
#define SYNCING 1
#define REPLAYING 2	/* lockstep, Secondary */
#define WAITING 3	/* contending, was Secondary */
#define RECORDING 4	/* lockstep, Primary */
#define STOPPED 5	/* contending, was Primary */
#define LIVE 6

/* A peer that is gone; 0 is no channel, and 1 the first host. */
#define GONE 7

/*
 * A log holds the generations of its entries, three bits each, the first lowest; an entry's index is its place.
 * What a copy does not have is 0, so that equal states are equal.
 */
typedef Copy {
	unsigned kind : 3;
	unsigned gen : 3;
	unsigned peer : 3;
	unsigned released : 2;
	unsigned delivered : 2;
	unsigned acked : 2;
	unsigned log : LOGBITS
}

typedef Pair {
	unsigned power : 1;
	unsigned lock : 3 = 1;
	unsigned holder : 3;
	unsigned observed : LOGBITS;
	Copy copy[HOSTS]
}

/* One bit a host; in `cut` one bit for each two hosts, either way round. `dark`: storage is lost. */
unsigned down : 4;
unsigned dark : 4;
unsigned shut : 4;
unsigned cut : 16;
unsigned faults : 3;
Pair pair[PAIRS];

/* For each host, and for each other host. */

#if HOSTS == 3
#define HOSTS_DO(A, p) A(p, 0) A(p, 1) A(p, 2)
#define OTHERS_DO(A, p, h) A(p, h, 0) A(p, h, 1) A(p, h, 2)
#define TARGETS_DO(A, p) A(p, 0, 1) A(p, 0, 2) A(p, 1, 0) A(p, 1, 2) A(p, 2, 0) A(p, 2, 1)
#define LINKS_DO(A) A(0, 1) A(0, 2) A(1, 2)
#define SOME(A, p, h) (A(p, h, 0) || A(p, h, 1) || A(p, h, 2))
#define COUNT(A, p) (A(p, 0) + A(p, 1) + A(p, 2))
#else
#define HOSTS_DO(A, p) A(p, 0) A(p, 1) A(p, 2) A(p, 3)
#define OTHERS_DO(A, p, h) A(p, h, 0) A(p, h, 1) A(p, h, 2) A(p, h, 3)
#define TARGETS_DO(A, p) A(p, 0, 1) A(p, 0, 2) A(p, 0, 3) A(p, 1, 0) A(p, 1, 2) A(p, 1, 3) \
	A(p, 2, 0) A(p, 2, 1) A(p, 2, 3) A(p, 3, 0) A(p, 3, 1) A(p, 3, 2)
#define LINKS_DO(A) A(0, 1) A(0, 2) A(0, 3) A(1, 2) A(1, 3) A(2, 3)
#define SOME(A, p, h) (A(p, h, 0) || A(p, h, 1) || A(p, h, 2) || A(p, h, 3))
#define COUNT(A, p) (A(p, 0) + A(p, 1) + A(p, 2) + A(p, 3))
#endif

#if PAIRS == 1
#define PAIRS_DO(A) A(0)
#define PAIRS_WITH(A, h) A(0, h)
#define VACANT(h) (C(0, h).kind == NONE)
#else
#define PAIRS_DO(A) A(0) A(1)
#define PAIRS_WITH(A, h) A(0, h) A(1, h)
#define VACANT(h) (C(0, h).kind == NONE && C(1, h).kind == NONE)
#endif

/* Terms. */

#define P(p) pair[p]
#define C(p, h) pair[p].copy[h]
#define PEER(p, h) pair[p].copy[pair[p].copy[h].peer - 1]

#define BIT(h) (1 << (h))
#define ENDS(a, b) ((1 << ((a) * HOSTS + (b))) | (1 << ((b) * HOSTS + (a))))
#define CUT(a, b) ((cut >> ((a) * HOSTS + (b))) & 1)
#define STORAGE(h) (((down | dark) & BIT(h)) == 0)
#define USABLE(h) (((down | dark | shut) & BIT(h)) == 0)
#define BUDGET (faults < FAULTS)

#if LOG < 3
#define LENGTH(log) (((log) > 0) + ((log) > 7))
#else
#define LENGTH(log) (((log) > 0) + ((log) > 7) + ((log) > 63))
#endif
#define PREFIX(log, n) ((log) & ((1 << (3 * (n))) - 1))
#define ENTRY(log, i) (((log) >> (3 * (i))) & 7)
#define BEGINS(log, start) (PREFIX(log, LENGTH(start)) == (start))

#define EXECUTES(p, h) (C(p, h).kind == LIVE || C(p, h).kind == RECORDING)
#define HAS_PEER(p, h) (C(p, h).peer != 0 && C(p, h).peer != GONE)
#define REACHES(p, h) (HAS_PEER(p, h) && !CUT(h, C(p, h).peer - 1))
#define MAY_RUN(p, _, h) (C(p, h).kind != NONE && STORAGE(h))
#define WAITED_FOR(p, h, o) (C(p, o).peer == h + 1 && !CUT(h, o))
#define FED(p, h, o) (C(p, o).kind == RECORDING && C(p, o).peer == h + 1 && !CUT(h, o))
#define TRUSTS(p, h) (REACHES(p, h) && (PEER(p, h).kind == REPLAYING || PEER(p, h).kind == SYNCING))
#define SURE(p, h) (C(p, h).kind == RECORDING && TRUSTS(p, h) || C(p, h).kind == REPLAYING && SOME(FED, p, h))

/* Effects; an inline where a macro would meet itself, which the preprocessor does not expand. */

#define CLEAR_CHANNEL(p, h) C(p, h).peer = 0; C(p, h).delivered = 0; C(p, h).acked = 0;
#define CLEAR(p, h) \
	C(p, h).kind = NONE; \
	C(p, h).gen = 0; \
	C(p, h).log = 0; \
	C(p, h).released = 0; \
	CLEAR_CHANNEL(p, h)
#define BEREAVE(p, h, o) C(p, o).peer = (C(p, o).peer == h + 1 -> GONE : C(p, o).peer);
inline halt(p, h) {
	P(p).holder = (P(p).holder == h + 1 -> 0 : P(p).holder);
	OTHERS_DO(BEREAVE, p, h)
	CLEAR(p, h)
}
#define HALT(p, h) halt(p, h);
#define HALT_IF_THERE(p, h) if :: C(p, h).kind != NONE -> HALT(p, h) :: else fi;
#define CONTEND(p, h) \
	C(p, h).kind = (C(p, h).kind == REPLAYING -> WAITING : STOPPED); \
	CLEAR_CHANNEL(p, h)
#define GO_LIVE(p, h) \
	P(p).lock = P(p).lock + 1; \
	P(p).holder = h + 1; \
	C(p, h).kind = LIVE; \
	C(p, h).gen = P(p).lock; \
	CLEAR_CHANNEL(p, h)
#define BOOT(p, t) \
	FREE_SLOT(p, t) \
	P(p).holder = t + 1; \
	C(p, t).kind = LIVE; \
	C(p, t).gen = P(p).lock; \
	C(p, t).log = P(p).observed; \
	C(p, t).released = LENGTH(P(p).observed);
#define FAULT faults = faults + 1;
#define FOLLOW(p, h, t, o) C(p, o).peer = (C(p, o).peer == h + 1 -> t + 1 : C(p, o).peer);

/*
 * Properties: S1, S5, S6, S11, S14, S15, S16, S17 and P3 of each state that a step leads to; S2, S4, S7 and S13 of the
 * steps that could break them. S10 cannot be put wrong here: the lock is only ever assigned itself and one more. That
 * no entry is out of its place, half of S5, lies in what a log is.
 */

#ifdef ASSERTIONS
#define IS_PRIMARY(p, h) (C(p, h).kind == LIVE || (C(p, h).kind == RECORDING && C(p, h).gen == P(p).lock))
#define USURPS(p, h) (P(p).holder != h + 1 || C(p, h).gen != P(p).lock)
#define CHECK_COPY(p, h) \
	if \
	:: C(p, h).kind != NONE -> \
		assert(C(p, h).kind != LIVE || !USURPS(p, h)); \
		assert(C(p, h).kind != LIVE || BEGINS(C(p, h).log, P(p).observed)); \
		assert(C(p, h).kind != RECORDING || !HAS_PEER(p, h) || PEER(p, h).kind != REPLAYING \
			|| PEER(p, h).log == PREFIX(C(p, h).log, C(p, h).delivered)); \
		assert(P(p).power || (C(p, h).gen < P(p).lock && C(p, h).kind != LIVE)); \
		assert(C(p, h).released <= LENGTH(C(p, h).log) && C(p, h).released <= LENGTH(P(p).observed)); \
		assert(C(p, h).gen <= P(p).lock); \
		assert(C(p, h).kind != RECORDING || (C(p, h).released <= C(p, h).acked \
			&& C(p, h).acked <= C(p, h).delivered && C(p, h).delivered <= LENGTH(C(p, h).log))); \
		assert((C(p, h).kind != REPLAYING && C(p, h).kind != WAITING) || C(p, h).gen != P(p).lock \
			|| BEGINS(C(p, h).log, P(p).observed)); \
		assert(!(shut & BIT(h))) \
	:: else \
	fi;
inline check(p) {
	assert(COUNT(IS_PRIMARY, p) <= 1);
	HOSTS_DO(CHECK_COPY, p)
}
#define CHECK(p) check(p);
#define CHECK_ALL PAIRS_DO(CHECK)
#define FREE_SLOT(p, t) assert(C(p, t).kind == NONE);
#define CHECK_RELEASE(p, h) \
	assert(C(p, h).released >= LENGTH(P(p).observed) \
		|| ENTRY(C(p, h).log, C(p, h).released) == ENTRY(P(p).observed, C(p, h).released)); \
	assert(C(p, h).kind != RECORDING || C(p, h).released < C(p, h).delivered);
#define COULD_GO_LIVE(p, _, h) \
	((C(p, h).kind == REPLAYING || C(p, h).kind == WAITING) && C(p, h).gen == P(p).lock && STORAGE(h))
#define CHECK_RESTART(p) assert(!SOME(COULD_GO_LIVE, p, 0));
#else
#define CHECK(p)
#define CHECK_ALL
#define FREE_SLOT(p, t)
#define CHECK_RELEASE(p, h)
#define CHECK_RESTART(p)
#endif

/* The protocol. An action of a Secondary that needs its Primary is written from the Primary's side. */

#define RECORD(p, h) \
	:: d_step { \
		EXECUTES(p, h) && STORAGE(h) && LENGTH(C(p, h).log) < LOG -> \
		C(p, h).log = C(p, h).log | (C(p, h).gen << (3 * LENGTH(C(p, h).log))); \
		CHECK(p) \
	}
#define DELIVER(p, h) \
	:: d_step { \
		C(p, h).kind == RECORDING && C(p, h).delivered < LENGTH(C(p, h).log) && REACHES(p, h) \
			&& PEER(p, h).kind == REPLAYING && PEER(p, h).gen == C(p, h).gen -> \
		PEER(p, h).log = PEER(p, h).log \
			| (ENTRY(C(p, h).log, C(p, h).delivered) << (3 * LENGTH(PEER(p, h).log))); \
		PEER(p, h).released = C(p, h).released; \
		C(p, h).delivered = C(p, h).delivered + 1; \
		CHECK(p) \
	}
#define ACK(p, h) \
	:: d_step { \
		C(p, h).kind == RECORDING && C(p, h).acked < C(p, h).delivered -> \
		C(p, h).acked = C(p, h).delivered; \
		CHECK(p) \
	}
#define RELEASE(p, h) \
	:: d_step { \
		EXECUTES(p, h) && STORAGE(h) \
			&& C(p, h).released < (C(p, h).kind == LIVE -> LENGTH(C(p, h).log) : C(p, h).acked) -> \
		CHECK_RELEASE(p, h) \
		P(p).observed = (C(p, h).released < LENGTH(P(p).observed) -> P(p).observed : P(p).observed \
			| (ENTRY(C(p, h).log, C(p, h).released) << (3 * LENGTH(P(p).observed)))); \
		C(p, h).released = C(p, h).released + 1; \
		CHECK(p) \
	}
#define BEGIN_LOCKSTEP(p, h) \
	:: d_step { \
		C(p, h).kind == LIVE && REACHES(p, h) && PEER(p, h).kind == SYNCING -> \
		C(p, h).kind = RECORDING; \
		C(p, h).delivered = LENGTH(C(p, h).log); \
		C(p, h).acked = LENGTH(C(p, h).log); \
		CHECK(p) \
	}
#define JOIN_LOCKSTEP(p, h) \
	:: d_step { \
		C(p, h).kind == RECORDING && REACHES(p, h) && PEER(p, h).kind == SYNCING -> \
		PEER(p, h).kind = REPLAYING; \
		PEER(p, h).log = PREFIX(C(p, h).log, C(p, h).delivered); \
		PEER(p, h).released = C(p, h).released; \
		CHECK(p) \
	}
#define SPAWN_SECONDARY(p, h, t) \
	:: d_step { \
		C(p, h).kind == LIVE && C(p, h).peer == 0 && P(p).power && C(p, t).kind == NONE && USABLE(t) \
			&& !CUT(h, t) -> \
		FREE_SLOT(p, t) \
		C(p, h).peer = t + 1; \
		C(p, t).kind = SYNCING; \
		C(p, t).gen = C(p, h).gen; \
		CHECK(p) \
	}
#define TRY_LOCK(p, h) \
	:: d_step { \
		(C(p, h).kind == WAITING || C(p, h).kind == STOPPED) && STORAGE(h) \
			&& (P(p).lock != C(p, h).gen || P(p).lock < GENERATIONS) -> \
		if \
		:: P(p).lock == C(p, h).gen -> GO_LIVE(p, h) \
		:: else -> HALT(p, h) \
		fi; \
		CHECK(p) \
	}
#define SUSPECT(p, h) \
	:: d_step { \
		(C(p, h).kind == RECORDING || C(p, h).kind == REPLAYING) && (BUDGET || !SURE(p, h)) -> \
		faults = faults + SURE(p, h); \
		CONTEND(p, h) \
		CHECK(p) \
	}
#define ABANDON_SYNC(p, h) \
	:: d_step { \
		C(p, h).kind == LIVE && C(p, h).peer != 0 && !(REACHES(p, h) && PEER(p, h).kind == SYNCING) -> \
		CLEAR_CHANNEL(p, h) \
		CHECK(p) \
	}
#define SYNC_LOST(p, h) \
	:: d_step { \
		C(p, h).kind == SYNCING && !SOME(WAITED_FOR, p, h) -> \
		HALT(p, h) \
		CHECK(p) \
	}
#define HA_RESTART(p, t) \
	:: d_step { \
		P(p).power && USABLE(t) && P(p).lock < GENERATIONS && !SOME(MAY_RUN, p, 0) -> \
		CHECK_RESTART(p) \
		P(p).lock = P(p).lock + 1; \
		BOOT(p, t) \
		CHECK(p) \
	}

/* The operator. */

#define POWER_ON(p, t) \
	:: d_step { \
		!P(p).power && USABLE(t) && !SOME(MAY_RUN, p, 0) -> \
		P(p).power = 1; \
		BOOT(p, t) \
		CHECK(p) \
	}
#define STOP_CURRENT(p, h) if :: EXECUTES(p, h) && C(p, h).gen == P(p).lock -> HALT(p, h) :: else fi;
#define POWER_OFF(p) \
	:: d_step { \
		P(p).power && P(p).lock <= POWEROFF && P(p).lock < GENERATIONS -> \
		HOSTS_DO(STOP_CURRENT, p) \
		P(p).power = 0; \
		P(p).lock = P(p).lock + 1; \
		P(p).holder = 0; \
		CHECK(p) \
	}
#define TEST_FAILOVER(p, h) \
	:: d_step { \
		C(p, h).kind == RECORDING && C(p, h).gen == P(p).lock && HAS_PEER(p, h) \
			&& PEER(p, h).kind == REPLAYING && P(p).lock <= FENCES && P(p).lock < GENERATIONS -> \
		HALT(p, h) \
		CHECK(p) \
	}
#define FENCE_PEER(p, h, o) \
	if :: C(p, h).peer == o + 1 && !CUT(h, o) -> CLEAR_CHANNEL(p, h) HALT(p, o) :: else fi;
#define TEST_RESTART(p, h) \
	:: d_step { \
		C(p, h).kind == RECORDING && STORAGE(h) && P(p).power \
			&& (P(p).lock != C(p, h).gen || (P(p).lock <= FENCES && P(p).lock < GENERATIONS)) -> \
		if \
		:: P(p).lock == C(p, h).gen -> OTHERS_DO(FENCE_PEER, p, h) GO_LIVE(p, h) \
		:: else -> HALT(p, h) \
		fi; \
		CHECK(p) \
	}
#define OTHER_END(p, h, t, o) (C(p, o).kind == RECORDING && C(p, o).peer == h + 1 && !CUT(h, o) && !CUT(t, o))
#if HOSTS == 3
#define SOME_END(p, h, t) (OTHER_END(p, h, t, 0) || OTHER_END(p, h, t, 1) || OTHER_END(p, h, t, 2))
#define ALL_FOLLOW(p, h, t) FOLLOW(p, h, t, 0) FOLLOW(p, h, t, 1) FOLLOW(p, h, t, 2)
#else
#define SOME_END(p, h, t) \
	(OTHER_END(p, h, t, 0) || OTHER_END(p, h, t, 1) || OTHER_END(p, h, t, 2) || OTHER_END(p, h, t, 3))
#define ALL_FOLLOW(p, h, t) FOLLOW(p, h, t, 0) FOLLOW(p, h, t, 1) FOLLOW(p, h, t, 2) FOLLOW(p, h, t, 3)
#endif
#define MIGRATE_COPY(p, h, t) \
	:: d_step { \
		C(p, h).kind != NONE && C(p, t).kind == NONE && STORAGE(h) && USABLE(t) \
			&& (C(p, h).kind == LIVE && C(p, h).peer == 0 \
				|| C(p, h).kind == RECORDING && REACHES(p, h) && !CUT(t, C(p, h).peer - 1) \
				|| C(p, h).kind == REPLAYING && SOME_END(p, h, t)) -> \
		FREE_SLOT(p, t) \
		C(p, t).kind = C(p, h).kind; \
		C(p, t).gen = C(p, h).gen; \
		C(p, t).log = C(p, h).log; \
		C(p, t).released = C(p, h).released; \
		C(p, t).peer = C(p, h).peer; \
		C(p, t).delivered = C(p, h).delivered; \
		C(p, t).acked = C(p, h).acked; \
		CLEAR(p, h) \
		P(p).holder = (P(p).holder == h + 1 -> t + 1 : P(p).holder); \
		ALL_FOLLOW(p, h, t) \
		CHECK(p) \
	}
#define ENTER_MAINTENANCE(_, h) :: d_step { !(shut & BIT(h)) && VACANT(h) -> shut = shut | BIT(h); CHECK_ALL }
#define EXIT_MAINTENANCE(_, h) :: d_step { shut & BIT(h) -> shut = shut & ~BIT(h); CHECK_ALL }

/* Faults and recoveries. */

#define RECOVER_HOST(_, h) :: d_step { down & BIT(h) -> down = down & ~BIT(h); CHECK_ALL }
#define HEAL_LINK(a, b) :: d_step { CUT(a, b) -> cut = cut & ~ENDS(a, b) }
#define RESTORE_STORAGE(_, h) :: d_step { dark & BIT(h) -> dark = dark & ~BIT(h); CHECK_ALL }
#define CRASH_COPY(p, h) :: d_step { BUDGET && C(p, h).kind != NONE -> HALT(p, h) FAULT CHECK(p) }
#define FAIL_HOST(_, h) \
	:: d_step { \
		BUDGET && !(down & BIT(h)) -> \
		down = down | BIT(h); \
		FAULT \
		PAIRS_WITH(HALT_IF_THERE, h) \
		CHECK_ALL \
	}
#define CUT_LINK(a, b) :: d_step { BUDGET && !CUT(a, b) -> cut = cut | ENDS(a, b); FAULT }
#define LOSE_STORAGE_OF(p, h) \
	if \
	:: C(p, h).kind == SYNCING -> HALT(p, h) \
	:: EXECUTES(p, h) || C(p, h).kind == REPLAYING -> CONTEND(p, h) \
	:: else \
	fi;
#define LOSE_STORAGE(_, h) \
	:: d_step { \
		BUDGET && STORAGE(h) -> \
		dark = dark | BIT(h); \
		FAULT \
		PAIRS_WITH(LOSE_STORAGE_OF, h) \
		CHECK_ALL \
	}

#if MIGRATE
#define MIGRATIONS(p) TARGETS_DO(MIGRATE_COPY, p)
#else
#define MIGRATIONS(p)
#endif
#if TESTS
#define TEST_OPERATIONS(p) HOSTS_DO(TEST_FAILOVER, p) HOSTS_DO(TEST_RESTART, p)
#else
#define TEST_OPERATIONS(p)
#endif
#if POWEROFF > 0
#define POWERING_OFF(p) POWER_OFF(p)
#else
#define POWERING_OFF(p)
#endif
#if LOG > 0
#define LOGGING(p) HOSTS_DO(RECORD, p) HOSTS_DO(DELIVER, p) HOSTS_DO(ACK, p) HOSTS_DO(RELEASE, p)
#else
#define LOGGING(p)
#endif
#define ACTIONS(p) \
	LOGGING(p) \
	HOSTS_DO(BEGIN_LOCKSTEP, p) \
	HOSTS_DO(JOIN_LOCKSTEP, p) \
	TARGETS_DO(SPAWN_SECONDARY, p) \
	HOSTS_DO(TRY_LOCK, p) \
	HOSTS_DO(SUSPECT, p) \
	HOSTS_DO(ABANDON_SYNC, p) \
	HOSTS_DO(SYNC_LOST, p) \
	HOSTS_DO(HA_RESTART, p) \
	HOSTS_DO(POWER_ON, p) \
	POWERING_OFF(p) \
	TEST_OPERATIONS(p) \
	MIGRATIONS(p)

#define CRASHES_OF(p) HOSTS_DO(CRASH_COPY, p)

active proctype cluster() {
	do
	PAIRS_DO(ACTIONS)
#if MAINTENANCE
	HOSTS_DO(ENTER_MAINTENANCE, 0)
	HOSTS_DO(EXIT_MAINTENANCE, 0)
#endif
#if FAULTS > 0
	HOSTS_DO(RECOVER_HOST, 0)
	LINKS_DO(HEAL_LINK)
	HOSTS_DO(RESTORE_STORAGE, 0)
	PAIRS_DO(CRASHES_OF)
	HOSTS_DO(FAIL_HOST, 0)
	LINKS_DO(CUT_LINK)
	HOSTS_DO(LOSE_STORAGE, 0)
#endif
	od
}
