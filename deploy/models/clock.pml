/* A sweeper's clocks as they are built: Sources/BihuanStore/Clocks/ClockClaims.swift, Desk.fire, Docket.fire.
 *
 * A clock climbs RUNGS rungs. Sweepers claim the longest due clock, and beside it one of those that failed before. They
 * fire it in a transaction that locks the case, reads the clock again, and fires only if it runs and its next rung is the
 * one that was claimed; the firing is recorded and the clock moved on in the same transaction. An officer may stop the
 * clock at any time, under the same lock. A sweeper may be killed between any two of its steps, and a lease may end under
 * a living one. Clock 0 is poison and has waited longest: it can never be fired. After TRIES tries it is put aside.
 *
 * Tries are counted at each claim here, which is stricter than what is built: there a claim counts only where the one
 * before ran out (suspect.pml), and a failure otherwise.
 *
 *   fires_in_the_end  the good clock climbs to its top unless it is stopped, and the poison is put aside
 *   assertions        once per rung; never after the stop
 */

#define RUNGS    2
#define SWEEPERS 2
#define TRIES    4
/* Fewer in all than TRIES, so that the good clock is never put aside. */
#define KILLS    1
#define STALLS   2
#define STOPS    1
#define NOBODY   255

byte rung[2];                   /* rungs fired so far; the next one is due at once */
byte fired[RUNGS];              /* firings of the good clock, by rung */
bool stopped, failed[2], aside[2];
byte holder[2] = NOBODY;        /* whose lease runs */
byte claim[2] = NOBODY;         /* whose claim it is, though its lease may have ended: claimed_until names it */
byte tries[2];
byte kills, stalls, stops;

#define due(k)   (!aside[k] && holder[k] == NOBODY && rung[k] < RUNGS && !(k == 1 && stopped))
#ifdef MUTANT_ONE_QUEUE
/* What failed stays where it was, first in line, for ever. */
#define fresh(k) (due(k) && (k == 0 || !due(0)))
#define again(k) false
#else
#define fresh(k) (due(k) && !failed[k] && (k == 0 || !(due(0) && !failed[0])))
#define again(k) (due(k) && failed[k])
#endif

proctype Officer() {
    if
    :: stopped = true
    :: skip
    fi
}

proctype Sweeper(byte me) {
    byte k, mine, claimed;
    bool runs;

end:
    do
    :: atomic {
        if
        :: fresh(0) -> k = 0
        :: fresh(1) -> k = 1
        :: again(0) -> k = 0
        :: again(1) -> k = 1
        fi;
#ifndef MUTANT_ONE_QUEUE
        if
        :: tries[k] >= TRIES -> aside[k] = true; goto end
        :: else
        fi;
        tries[k]++;
#endif
        holder[k] = me; claim[k] = me; mine = tries[k]; claimed = rung[k]
       };
       if
       :: atomic { kills < KILLS -> kills++; goto killed }
       :: atomic { stalls < STALLS -> stalls++; holder[k] = NOBODY }
       /* Stopped, or too late: gives it back, untried. */
       :: atomic { stops < STOPS -> stops++;
            if
            :: claim[k] == me && tries[k] == mine ->
                claim[k] = NOBODY; holder[k] = NOBODY;
#ifndef MUTANT_ONE_QUEUE
                tries[k]--
#endif
            :: else
            fi; goto end }
       :: skip
       fi;
       if
       :: atomic { k == 0 ->
            /* It cannot be fired. */
            if
            :: claim[k] == me && tries[k] == mine ->
                claim[k] = NOBODY; holder[k] = NOBODY; failed[k] = true;
#ifndef MUTANT_ONE_QUEUE
                if
                :: tries[k] >= TRIES -> aside[k] = true
                :: else
                fi
#endif
            :: else
            fi; goto end }
       :: k == 1
       fi;
#ifdef MUTANT_NAIVE
       /* Reads, and inserts after that. */
       runs = !stopped;
       if
       :: atomic { !runs -> holder[k] = NOBODY; goto end }
       :: runs
       fi;
       atomic { assert(!stopped); fired[claimed]++; assert(fired[claimed] <= 1); rung[k] = claimed + 1;
                holder[k] = NOBODY; tries[k] = 0 };
       goto end;
#endif
       /* One transaction under the case's lock. */
       atomic {
        if
#ifdef MUTANT_NO_SECOND_LOOK
        :: true ->
#else
        :: stopped || rung[k] != claimed ->
            if
            :: claim[k] == me && tries[k] == mine -> claim[k] = NOBODY; holder[k] = NOBODY
            :: else
            fi
        :: !stopped && rung[k] == claimed ->
#endif
            assert(!stopped);
            fired[claimed]++;
            assert(fired[claimed] <= 1);
            rung[k] = claimed + 1;
            claim[k] = NOBODY; holder[k] = NOBODY; tries[k] = 0; failed[k] = false
        fi
       };
       if
       :: atomic { kills < KILLS -> kills++; goto killed }
       :: skip
       fi
    od;

killed:
#ifdef MUTANT_LEASE_NEVER_ENDS
    false
#else
    atomic {
        if
        :: holder[k] == me && tries[k] == mine -> holder[k] = NOBODY
        :: else
        fi; goto end }
#endif
}

init {
    byte i;
    atomic {
        run Officer();
        for (i : 0 .. SWEEPERS - 1) { run Sweeper(i) }
    }
}

ltl fires_in_the_end { <> ((stopped || fired[RUNGS - 1] == 1) && aside[0]) }
