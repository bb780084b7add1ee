"""Time: the SimPy loop, the feed, the timers and the single writer."""
