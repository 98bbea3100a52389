-- What a unit's own things add to it is worked out of the things themselves when it is asked for.
delete from rollup_daily where tree = 'own';
