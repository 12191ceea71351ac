# The board of hotlines.
hotline-title = Hotlines
hotline-lead = Call about trouble with a procedure, a rule or the manner of an official. Whoever answers writes down what you say and when you will hear back.
hotline-unit = Office
hotline-all-units = All offices
hotline-show = Show
hotline-none = No hotline has been posted.
hotline-none-what = Choose another office or ask at the office.
hotline-who = Title and name
hotline-number = Telephone
hotline-hours = Hours
hotline-posted = Posted
hotline-tested = Test call:
hotline-print = To print, A4
hotline-print-large = To print, A3
hotline-anonymous = Without your name what you say is still looked into, but the office has no way to answer you.
home-hotline = Hotlines of leaders
