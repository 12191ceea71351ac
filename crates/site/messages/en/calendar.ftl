# Words of the calendar.
calendar-title = Working calendar of
calendar-rule = Monday to Friday are worked; the days below differ.
calendar-provisional = No decision is out for this year; its days off are computed from the law.
calendar-hours = Winter and summer hours
calendar-day = Date
calendar-weekday = Day
calendar-kind = Off or working
calendar-reason = Reason
calendar-source = Source
