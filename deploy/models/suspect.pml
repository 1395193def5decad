/* What a sweeper died of, as it is built: ClockClaims.claim and begin, SupervisionSweeper.pass.
 *
 * Clock 0 ends every sweeper that fires it; clock 1 is good. Sweepers claim all that is due at once. What nobody held
 * before is fired first, in any order. What somebody died with is a suspect: it is fired after that and alone, those found
 * wanting before last, and its try is counted before it is made. A sweeper may also be killed for another reason.
 *
 *   ends_well   the good clock is fired, and the deadly one put aside
 *   assertions  the good clock is never put aside
 */

#define TRIES    4
#define SWEEPERS 2
/* Fewer than TRIES: so many deaths at the good clock's own try may happen without its fault. */
#define KILLS    2

bool fired, aside[2];
bool held[2];      /* somebody's lease runs */
bool claimed[2];   /* claimed_until is not null */
byte tries[2];
byte kills;

/* So that the good ones need not wait until the deadly one is put aside. */
#define before(k, o) (!batch[o] || tries[k] <= tries[o])
/* A suspect whose turn it is: nothing but suspects is left of the batch, and none with fewer tries. */
#define alone(k, o) (batch[k] && suspect[k] && (!batch[o] || suspect[o]) && before(k, o))

#define due(k)  (!aside[k] && !held[k] && !(k == 1 && fired))

inline take(k) {
    if
    :: due(k) ->
        batch[k] = true; suspect[k] = claimed[k]; held[k] = true; claimed[k] = true;
#ifdef MUTANT_BLAME_BATCH
        /* Counts for all that is claimed together. */
        suspect[k] = false;
        if
        :: tries[k] >= TRIES -> aside[k] = true; held[k] = false; batch[k] = false
        :: else -> tries[k]++
        fi
#endif
    :: else
    fi
}

inline fire_good() {
    fired = true; claimed[1] = false; held[1] = false; batch[1] = false
}

proctype Sweeper() {
    bool batch[2], suspect[2];

end:
    do
    :: atomic { due(0) || due(1) -> take(0); take(1) };
       do
       :: atomic { kills < KILLS -> kills++; goto dead }
       :: atomic { batch[1] && !suspect[1] -> fire_good() }
       :: batch[0] && !suspect[0] -> goto dead
#ifdef MUTANT_NO_COUNT
       /* Does not count before it tries. */
       :: atomic { batch[1] && suspect[1] -> fire_good() }
       :: batch[0] && suspect[0] -> goto dead
#else
       :: atomic { alone(1, 0) ->
            if
            :: tries[1] >= TRIES -> aside[1] = true; held[1] = false; batch[1] = false
            :: else -> tries[1]++;
                if
                :: kills < KILLS -> kills++; goto dead
                :: fire_good()
                fi
            fi }
       :: atomic { alone(0, 1) ->
            if
            :: tries[0] >= TRIES -> aside[0] = true; held[0] = false; batch[0] = false
            :: else -> tries[0]++; goto dead
            fi }
#endif
       :: else -> break
       od
    od;

dead:
    /* It is started again, knowing nothing; its leases end. */
    atomic {
        if
        :: batch[0] -> held[0] = false; batch[0] = false
        :: else
        fi;
        if
        :: batch[1] -> held[1] = false; batch[1] = false
        :: else
        fi;
        assert(!aside[1]);
        goto end
    }
}

init {
    byte i;
    atomic { for (i : 0 .. SWEEPERS - 1) { run Sweeper() } }
}

ltl ends_well { (<> (fired && aside[0])) && ([] !aside[1]) }
