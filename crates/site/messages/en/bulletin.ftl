# The screen in the hall and the touch page.
bulletin-title = Notices
bulletin-kiosk = What are you looking for?
bulletin-procedures = Procedures by sector
bulletin-people = Officials
bulletin-hotline = Hotline
bulletin-hours = Today's hours
bulletin-rules = Rules at the counter
bulletin-queue = Today's queue
bulletin-posting = Posting of procedures
bulletin-ledger = Seal of the journal
bulletin-count = { $count ->
    [1] 1 procedure
   *[other] { $count } procedures
 }
bulletin-closed-today = Closed today
bulletin-queue-closed = No numbers are given now.
bulletin-waiting = { $count } waiting, about { $minutes } minutes
bulletin-last-call = Just called: number { $number }, desk { $desk }, at { $time }.
bulletin-posted = { $part } of { $whole } procedures hang on this office's board.
bulletin-here = Complete on this portal
bulletin-level4 = Level 4
bulletin-level3 = Level 3
bulletin-ledger-at = { $entries } entries, sealed at { $time }.
bulletin-ledger-why = Note this code: if somebody changes an old entry, the code no longer fits.
bulletin-nothing = There is nothing to show yet.
bulletin-old = No connection: figures from __
bulletin-qr = Scan to read the notice board on your phone
bulletin-qr-procedure = Scan to take this procedure with you
bulletin-take-along = Time, fee and papers to bring:
bulletin-controls = Controls
bulletin-before = Previous page
bulletin-next = Next page
bulletin-pause = Pause
bulletin-go-on = Go on
bulletin-back = Back
bulletin-start = Start
