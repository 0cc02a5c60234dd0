"""What goes up tonight: the daily report of a place, on a page, as PDF and as a workbook."""
