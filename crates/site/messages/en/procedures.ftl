# Words of the catalogue.
home-title = Home
home-ask = What do you need to do today?
home-hint = Type it in your own words; with or without accents.
search-label = Search procedures
search-button = Search
home-track = Where is my dossier?
home-today = Today at the one-stop counter
home-open = Open
home-closed = Closed today
home-closed-now = { $hours } (closed now)
home-count = Procedures in force
home-boards = Notice boards
search-title = Administrative procedures
filter-sector = Sector
filter-tier = Settled by
filter-level = Online level
filter-all = All
search-count = { $count ->
    [1] 1 procedure.
   *[other] { $count } procedures.
 }
search-none = No procedure was found.
search-meant = Did you mean
search-hint = Try fewer words, such as “khai sinh”, or remove a filter.
pages = Pages
page-previous = Previous
page-next = Next
unknown = Not published.
procedure-paused = This procedure is paused.
procedure-print = Print this procedure (PDF)
procedure-papers = What do I need to bring?
procedure-notes = Remarks
procedure-decision = Published in
papers-handed-in = Papers to hand in
papers-shown = Papers that are only shown
papers-in-cases = Needed in some cases only
paper-originals = { $count ->
    [1] 1 original
   *[other] { $count } originals
 }
paper-copies = { $count ->
    [1] 1 copy
   *[other] { $count } copies
 }
procedure-not-asked = Need not be brought
procedure-replaced = Not needed: a database has it
procedure-result = Result
procedure-law = Legal basis
procedure-time = How long does it take?
procedure-today = Handed in now, it is promised for:
procedure-fee = Fees
procedure-who = Who and where?
procedure-tier = Settled by
procedure-channel = How to hand in
procedure-level = Online
procedure-applicants = Who may apply
procedure-qr = QR code of this page
board-title = Notice board of procedures
board-a4 = Print on A4
board-a3 = Print on A3
procedure-conditions = Requirements and conditions
procedure-agency = Agency
filter-unit = Office
search-event = Life event:
search-by-event = Or choose by life event
place-choose = Where will you file?
place-none = Not chosen
place-show = Show
place-opens = Closed now; opens again { $day }, { $hours }
place-counter = Counter
place-address = Address
place-phone = Telephone
place-elsewhere = File at:
place-ask = Choose where you file at the top of the page to see its address, hours and the date it would promise.
procedure-where = Where do I file?
procedure-file = File online
procedure-ask = Am I eligible, what do I need?
procedure-forms = Forms to download
procedure-online = Can I do it online?
level-anywhere = As the catalogue says. Each office may offer less: choose where you file to be sure.
level-1 = Information online; file at the counter or by post.
level-2 = Download the forms and fill them in first; file at the counter or by post.
level-3 = File online; pay and receive at the counter or by post.
level-4 = File, pay and receive the result online.
read-aloud = Read this page aloud
read-stop = Stop reading
read-none = This device has no voice
