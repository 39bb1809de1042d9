// Answers for the cron tests, from the parser and clock that the CronJob controller uses. To make them again:
//
//	cd test/schedule/robfig && go run . > ../golden/robfig.json
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

var written = []string{
	"* * * * *", "*/5 * * * *", "0 2 * * *", "0,30 2 * * *", "5/20 * * * *", "10-50/7 1-5 * * *", "0 0 1,15 * 1", "0 0 */2 * 1",
	"0 0 */1 * 1", "0 0 * * sun", "0 0 * * SUN-tue", "0 0 * * MON,wed,Fri", "0 0 1 jan *", "0 0 ? * 1", "? ? ? ? ?", "0 0 *,5 * 1",
	"0 0 29 2 *", "0 0 31 1-12/3 *", "@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually",
	"  0   3 * * *  ", "0\t3 * * *", "+5 3 * * *", "05 03 * * *", "*/90 * * * *", "0 0/30 * * *", "0 0 * 1-3,10-12/2 *", "1-1 2-2 * * *",
	"59 23 31 12 6", "0 0 * * 0-6", "0 0 1-31 * 1", "0 0 * * 0-6/2", "0 0 1-31/1 * 3", "0-59/15 */6 * * *",
	"", "0", "0 3 * *", "0 3 * * * *", "0 0 3 * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 0 *", "* * * 13 *",
	"* * * * 7", "* * * * 5-7", "5-1 * * * *", "* * * * fri-mon", "*/0 * * * *", "*/-1 * * * *", "1-2-3 * * * *", "1/2/3 * * * *",
	"a * * * *", "* * * foo *", "* * * * monday", "-1 * * * *", "1.5 * * * *", "*/ * * * *", "/5 * * * *", "- * * * *", "1- * * * *",
	"-5 * * * *", "@Daily", "@daily ", "@reboot", "@", "* * * * * ", "** * * * *", "*5 * * * *", "jan * * * *", "* mon * * *", "L * * * *", "0 0 L * *", "0 0 * * 5#2", "0 0 15W * *", "0x10 * * * *",
}

var firing = []string{
	"30 2 * * *", "0 3 * * *", "30 0 * * *", "15,45 1 * * *", "0 */6 * * *", "*/30 1-3 * * *", "0 2 * * 0", "30 2 1,31 * 0",
	"0 0 * * *", "45 23 * * *", "20 2 */2 * 0", "*/20 0-4 * * *", "0 * * * *", "5 1 30 * *", "@daily",
}

// Zones with changes by an hour and by half an hour, at midnight, in the south, and none.
var zones = []string{"Etc/UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "Africa/Cairo"}

var windows = [][2]string{
	{"2025-03-08", "2025-03-11"}, {"2025-03-29", "2025-04-01"}, {"2025-04-04", "2025-04-08"}, {"2025-04-24", "2025-04-27"},
	{"2025-09-05", "2025-09-09"}, {"2025-10-03", "2025-10-07"}, {"2025-10-25", "2025-10-28"}, {"2025-10-30", "2025-11-04"},
}

func day(text string) time.Time {
	t, err := time.Parse("2006-01-02", text)
	if err != nil {
		panic(err)
	}
	return t
}

func runs(schedule, zone string, from, to time.Time) []int64 {
	s, err := cron.ParseStandard(schedule)
	if err != nil {
		panic(err)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	minutes := []int64{}
	for t := s.Next(from.Add(-time.Second).In(location)); t.Before(to); t = s.Next(t) {
		minutes = append(minutes, int64(t.Sub(from)/time.Minute))
	}
	return minutes
}

func line(out *bytes.Buffer, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	if out.Len() > 0 {
		out.WriteString(",\n")
	}
	out.WriteString("    ")
	out.Write(b)
}

func main() {
	var parsed, fired bytes.Buffer
	for _, schedule := range written {
		_, err := cron.ParseStandard(schedule)
		line(&parsed, []any{schedule, err == nil})
	}
	for _, zone := range zones {
		for _, w := range windows {
			for _, schedule := range firing {
				line(&fired, []any{schedule, zone, w[0], w[1], runs(schedule, zone, day(w[0]), day(w[1]))})
			}
		}
	}
	fmt.Printf("{\n  \"madeWith\": \"github.com/robfig/cron v3.0.1, by robfig/main.go\",\n  \"parsed\": [\n%s\n  ],\n  \"runs\": [\n%s\n  ]\n}\n", parsed.String(), fired.String())
}
