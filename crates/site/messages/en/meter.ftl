# The share of publication of each unit.
meter-title = Posting of procedures
meter-intro = How many of the procedures that each office settles hang on its notice board, on { $day }. Choose an office to read its board.
meter-none = There is no office yet.
meter-unit = Office
meter-posted = Posted
meter-of = To be posted
meter-share = Share
