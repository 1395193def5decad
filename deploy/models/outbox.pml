/* The outbox as it is built: sql/migrations/0004_courier.sql, Sources/BihuanStore/Outbox/Outbox.swift,
 * Sources/BihuanWorkers/OutboxCourier.swift.
 *
 * Writers commit in any order. One statement hands a message on and marks it as handed on. A delivery is claimed by
 * lease: the claim counts the try. It is sent, and marked after that. A courier may be killed between any two of its
 * steps; it is started again, knowing nothing, and its lease ends by itself. It may also be so slow that its lease ends
 * under it: before it sends it looks at its watch (patience), before it notes a failure the database compares the try.
 * Message 0 is poison: its receiver never takes it. After TRIES tries it is put aside.
 *
 * The order is by tries; what is built gives those tried before a share of each batch besides, so that both get on.
 *
 * Time is not counted: a lease or a pause may end at any moment it may end at all, so what holds here holds for every
 * length of them.
 *
 *   all_delivered   every good message is sent and marked, and the poison put aside
 *   assertions      nobody sends under another's lease; marked means sent; a message is handed on once
 */

#define MESSAGES 3
#define COURIERS 2
#define TRIES    4
/* Fewer in all than TRIES, so that no good message is ever put aside. */
#define KILLS    1
#define STALLS   1
#define FAILURES 1
/* Couriers stopped in good order, between two deliveries of a batch. */
#define STOPS    1
#define NOBODY   255

bool committed[MESSAGES], fanned[MESSAGES], row[MESSAGES], sent[MESSAGES], marked[MESSAGES], aside[MESSAGES];
byte holder[MESSAGES] = NOBODY;
byte tries[MESSAGES];
byte kills, stalls, failures, stops, seen;

#define waits(m)   (row[m] && !marked[m] && !aside[m] && holder[m] == NOBODY)
#define before(m, o) (!waits(o) || tries[m] <= tries[o])
#ifdef MUTANT_NO_ORDER
#define first(m)   waits(m)
#else
/* order by attempts */
#define first(m)   (waits(m) && before(m, 0) && before(m, 1) && before(m, 2))
#endif

/* Draws its place before it commits. */
proctype Writer(byte m) {
    committed[m] = true
}

proctype Courier(byte me) {
    byte m, mine;
    bool fresh, ok;

end:
    do
    /* Handing on. */
    :: atomic {
#ifdef MUTANT_WATERMARK
        /* "id > the last seen" */
        if
        :: seen < 1 && committed[0] -> m = 0
        :: seen < 2 && committed[1] -> m = 1
        :: seen < 3 && committed[2] -> m = 2
        fi;
        seen = m + 1;
#else
        if
        :: committed[0] && !fanned[0] -> m = 0
        :: committed[1] && !fanned[1] -> m = 1
        :: committed[2] && !fanned[2] -> m = 2
        fi;
#endif
        fanned[m] = true;
#ifndef MUTANT_SPLIT_FANOUT
        assert(!row[m]);
        row[m] = true
#endif
       }
#ifdef MUTANT_SPLIT_FANOUT
       /* In a transaction of its own. */
       ; if
       :: atomic { kills < KILLS -> kills++; goto end }
       :: row[m] = true
       fi
#endif

    /* Claiming. */
    :: atomic {
        if
        :: first(0) -> m = 0
        :: first(1) -> m = 1
        :: first(2) -> m = 2
        fi;
#ifndef MUTANT_NO_ORDER
        if
        :: tries[m] >= TRIES -> aside[m] = true; goto end
        :: else
        fi;
        tries[m]++;
#endif
        holder[m] = me; mine = tries[m]; fresh = true
       };
       if
       :: atomic { kills < KILLS -> kills++; goto killed }
       :: atomic { stalls < STALLS -> stalls++; fresh = false; holder[m] = NOBODY }
       :: atomic { stops < STOPS -> stops++; fresh = false }
       :: skip
       fi;
#ifndef MUTANT_NO_PATIENCE
       if
       :: atomic { !fresh ->
            /* Gives it back, untried; nothing, if somebody else has claimed it meanwhile. */
            if
            :: tries[m] == mine && !marked[m] && !aside[m] ->
                holder[m] = NOBODY;
#ifndef MUTANT_NO_ORDER
                tries[m]--
#endif
            :: else
            fi; goto end }
       :: fresh
       fi;
#endif
#ifdef MUTANT_MARK_FIRST
       atomic { marked[m] = true; holder[m] = NOBODY };
       if
       :: atomic { kills < KILLS -> kills++; goto end }
       :: sent[m] = true; goto end
       fi;
#endif
       /* Sending. */
       atomic {
        /* Or it was marked meanwhile, by one whose answer came late. */
        assert(holder[m] == me || marked[m]);
        if
        :: m == 0 -> ok = false
        :: m > 0 -> ok = true; sent[m] = true
        :: m > 0 && failures < FAILURES -> failures++; ok = false
        fi
       };
       if
       :: atomic { kills < KILLS -> kills++; goto killed }
       :: atomic { stalls < STALLS -> stalls++; holder[m] = NOBODY }
       :: skip
       fi;
       /* Noting: done, whoever has it by now; failed, only what is still this try. */
       atomic {
        if
        :: ok -> assert(sent[m]); marked[m] = true; aside[m] = false
#ifdef MUTANT_UNFENCED
        :: !ok ->
#else
        :: !ok && (tries[m] != mine || marked[m] || aside[m])
        :: !ok && tries[m] == mine && !marked[m] && !aside[m] ->
#endif
            holder[m] = NOBODY;
#ifndef MUTANT_NO_ORDER
            if
            :: tries[m] >= TRIES -> aside[m] = true
            :: else
            fi
#endif
        fi
       }
    od;

killed:
#ifdef MUTANT_LEASE_NEVER_ENDS
    false
#else
    atomic {
        if
        :: holder[m] == me && tries[m] == mine -> holder[m] = NOBODY
        :: else
        fi; goto end }
#endif
}

init {
    byte i;
    atomic {
        for (i : 0 .. MESSAGES - 1) { run Writer(i) };
        for (i : 0 .. COURIERS - 1) { run Courier(i) }
    }
}

ltl all_delivered { <> (sent[1] && marked[1] && sent[2] && marked[2] && aside[0]) }
